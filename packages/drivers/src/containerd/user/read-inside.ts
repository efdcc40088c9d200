import { lstat, open, readlink } from 'node:fs/promises';
import { join } from 'node:path';

const MAX_LINKS = 40;

/**
 * Reads a text file of a tree that is not trusted. Links are followed as if `root` were `/`, so none
 * leads out; anything but a regular file, and a missing one, reads as empty. At most `limitBytes`.
 */
export async function readInside(root: string, path: string, limitBytes: number): Promise<string> {
  const found = await resolveInside(root, path);
  if (found === undefined) return '';
  await using file = await open(found, 'r');
  const buffer = Buffer.alloc(limitBytes);
  const { bytesRead } = await file.read(buffer, 0, limitBytes, 0);
  return buffer.toString('utf8', 0, bytesRead);
}

/** The outside path of the regular file that `path` names inside. */
async function resolveInside(root: string, path: string): Promise<string | undefined> {
  const todo = path.split('/').filter(isStep);
  const done: string[] = [];
  let links = 0;
  let step = todo.shift();
  for (; step !== undefined; step = todo.shift()) {
    if (step === '..') {
      done.pop();
      continue;
    }
    const here = join(root, ...done, step);
    const stat = await lstatIfThere(here);
    if (stat === undefined) return undefined;
    if (stat.isSymbolicLink()) {
      links += 1;
      if (links > MAX_LINKS) return undefined;
      const target = await readlink(here);
      if (target.startsWith('/')) done.length = 0;
      todo.unshift(...target.split('/').filter(isStep));
      continue;
    }
    if (!(todo.length === 0 ? stat.isFile() : stat.isDirectory())) return undefined;
    done.push(step);
  }
  const found = join(root, ...done);
  return (await lstatIfThere(found))?.isFile() ? found : undefined;
}

function isStep(step: string): boolean {
  return step !== '' && step !== '.';
}

async function lstatIfThere(path: string) {
  try {
    return await lstat(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
