import { copyFile, glob, mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const FOLDER = join(import.meta.dirname, '../store/fixtures');

/** A store that the code of an earlier commit wrote. */
export interface EarlierStore {
  readonly commit: string;
  /** Version of its schema. */
  readonly version: number;
}

/** Returns all stores of `store/fixtures`. */
export function earlierStores(): Promise<readonly EarlierStore[]> {
  return Array.fromAsync(glob('*.db', { cwd: FOLDER }), (file) => ({
    commit: basename(file, '.db'),
    version: versionOf(join(FOLDER, file)),
  }));
}

function versionOf(path: string): number {
  const db = new DatabaseSync(path, { readOnly: true });
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
  db.close();
  return version;
}

/** Copies a store into a folder of its own, which goes with the result. */
export async function copyEarlierStore({
  commit,
}: Pick<EarlierStore, 'commit'>): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = await mkdtempDisposable(join(tmpdir(), 'capsule-earlier-'));
  const path = join(folder.path, 'state.db');
  await copyFile(join(FOLDER, `${commit}.db`), path);
  return { path, [Symbol.asyncDispose]: () => folder.remove() };
}
