import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Scratch extends AsyncDisposable {
  /** A path below the directory. */
  path(...names: string[]): string;
}

/** A directory of its own for one test, removed with all it holds. */
export async function createScratch(): Promise<Scratch> {
  const root = await mkdtemp(join(tmpdir(), 'capsule-native-'));
  return {
    path: (...names) => join(root, ...names),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}
