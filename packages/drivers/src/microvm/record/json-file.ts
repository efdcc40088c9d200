import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The whole of it or nothing, also after a power cut: written aside, synced, named. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  const aside = `${path}.new`;
  await using file = await open(aside, 'w', 0o600);
  await file.writeFile(JSON.stringify(value));
  await file.sync();
  await rename(aside, path);
  await using folder = await open(dirname(path));
  await folder.sync();
}

/** Undefined where there is none. */
export async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw failure;
  }
}
