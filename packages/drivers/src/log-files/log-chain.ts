import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** One file of a log, held open: it stays readable when rotation renames or removes it. */
export interface LogFile extends AsyncDisposable {
  readonly ino: number;
  readonly handle: FileHandle;
}

/** Every file of the log that is there: `path`, `path.1`, …; oldest first. */
export async function listChain(path: string): Promise<readonly string[]> {
  const base = basename(path);
  const generations = (await namesIn(dirname(path)))
    .filter((name) => name.startsWith(base))
    .map((name) => ({ name, age: ageOf(name.slice(base.length)) }))
    .filter((file) => file.age >= 0);
  return generations
    .toSorted((a, b) => b.age - a.age)
    .map((file) => join(dirname(path), file.name));
}

/**
 * Opens the files of the log that are newer than the one with inode `after` (all of them when that
 * one is gone), oldest first. Rotation may go on meanwhile: the answer is one that was true.
 */
export async function openChain(path: string, after?: number): Promise<readonly LogFile[]> {
  for (;;) {
    const files = await openAll(await listChain(path));
    const inodes = files.map((file) => file.ino);
    if (sameList(inodes, await inodesOf(await listChain(path)))) {
      const known = after === undefined ? -1 : inodes.indexOf(after);
      await closeAll(files.slice(0, known + 1));
      return files.slice(known + 1);
    }
    await closeAll(files);
  }
}

export async function closeAll(files: Iterable<LogFile>): Promise<void> {
  for (const file of files) await file[Symbol.asyncDispose]();
}

/** Inode of the file at `path`, or `undefined` when there is none. */
export async function inodeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).ino;
  } catch (failure) {
    return undefinedWhenMissing(failure);
  }
}

async function openAll(paths: readonly string[]): Promise<readonly LogFile[]> {
  const files: LogFile[] = [];
  try {
    for (const path of paths) {
      const handle = await open(path, 'r').catch(undefinedWhenMissing);
      if (handle === undefined) continue;
      const close = () => handle.close();
      files.push({ handle, ino: (await handle.stat()).ino, [Symbol.asyncDispose]: close });
    }
    return files;
  } catch (failure) {
    await closeAll(files);
    throw failure;
  }
}

async function inodesOf(paths: readonly string[]): Promise<readonly number[]> {
  const inodes = await Promise.all(paths.map(inodeOf));
  return inodes.filter((ino) => ino !== undefined);
}

async function namesIn(dir: string): Promise<readonly string[]> {
  return (await readdir(dir).catch(undefinedWhenMissing)) ?? [];
}

/** 0 for the current file, its number for a rotated one, -1 for another file. */
function ageOf(suffix: string): number {
  if (suffix === '') return 0;
  return /^\.[1-9]\d{0,3}$/.test(suffix) ? Number(suffix.slice(1)) : -1;
}

function sameList(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, at) => value === b[at]);
}

function undefinedWhenMissing(failure: unknown): undefined {
  const { code } = failure as NodeJS.ErrnoException;
  if (code !== 'ENOENT' && code !== 'ENOTDIR') throw failure;
  return undefined;
}
