import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { unlessMissing } from '@capsule/host';

/** A name, and the file that it named at the time of a look. */
export interface NamedFile {
  readonly path: string;
  /** Absent when it named none. */
  readonly ino: number | undefined;
}

/** One open file of a log: it stays readable when rotation renames or removes it. */
export interface LogFile extends AsyncDisposable {
  readonly path: string;
  readonly ino: number;
  readonly handle: FileHandle;
}

/** The files of a log from a position on, oldest first. */
export interface LogChain {
  readonly files: readonly LogFile[];
  /** True when a known file is gone, so files between it and these may be gone too. */
  readonly isAfterGap: boolean;
}

/** A file has the name of a log's folder. */
const BELOW_NO_FOLDER = ['ENOTDIR'];

/** Lists the files of the log: `path`, `path.1`, …; oldest first. */
export async function listChain(path: string): Promise<readonly string[]> {
  const base = basename(path);
  const generations = ((await unlessMissing(readdir(dirname(path)), BELOW_NO_FOLDER)) ?? [])
    .filter((name) => name.startsWith(base))
    .map((name) => ({ name, age: ageOf(name.slice(base.length)) }))
    .filter((file) => file.age >= 0);
  return generations
    .toSorted((a, b) => b.age - a.age)
    .map((file) => join(dirname(path), file.name));
}

/**
 * Opens the files of the log that are newer than the one with inode `after` (all of them when that one is
 * gone), oldest first. Rotation may go on meanwhile: the result is one state that the chain was in.
 */
export async function openChain(path: string, after?: number): Promise<LogChain> {
  for (;;) {
    const files = await openAll(await listChain(path));
    if (isWhole(files, await lookAt(await listChain(path)))) {
      const known = files.findIndex(({ ino }) => ino === after);
      await closeAll(files.slice(0, known + 1));
      return { files: files.slice(known + 1), isAfterGap: after !== undefined && known === -1 };
    }
    await closeAll(files);
  }
}

/**
 * Returns whether the opened files are the whole chain, judged by a later look at it: the same names for the
 * same files. Either look may have met a rotation in the middle. Comparing the files alone would not suffice:
 * when the first look misses `.1`, and the second one sees the newest file as `.1` and none under its former
 * name, both lists have the same files and lack the same one.
 */
export function isWhole(opened: readonly NamedFile[], seen: readonly NamedFile[]): boolean {
  return (
    opened.length === seen.length &&
    seen.every(({ path, ino }, at) => path === opened[at]?.path && ino === opened[at]?.ino)
  );
}

export async function closeAll(files: Iterable<LogFile>): Promise<void> {
  for (const file of files) await file[Symbol.asyncDispose]();
}

/** Returns the inode of the file at `path`; undefined when there is none. */
export async function inodeOf(path: string): Promise<number | undefined> {
  return (await unlessMissing(stat(path), BELOW_NO_FOLDER))?.ino;
}

async function openAll(paths: readonly string[]): Promise<readonly LogFile[]> {
  const files: LogFile[] = [];
  try {
    for (const path of paths) {
      const handle = await unlessMissing(open(path, 'r'), BELOW_NO_FOLDER);
      if (handle === undefined) continue;
      const close = () => handle.close();
      const { ino } = await handle.stat();
      files.push({ path, handle, ino, [Symbol.asyncDispose]: close });
    }
    return files;
  } catch (failure) {
    await closeAll(files);
    throw failure;
  }
}

function lookAt(paths: readonly string[]): Promise<readonly NamedFile[]> {
  return Promise.all(paths.map(async (path) => ({ path, ino: await inodeOf(path) })));
}

/** Returns 0 for the current file, its number for a rotated one, -1 for another file. */
function ageOf(suffix: string): number {
  if (suffix === '') return 0;
  return /^\.[1-9]\d{0,3}$/.test(suffix) ? Number(suffix.slice(1)) : -1;
}
