import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { unlessMissing } from '@capsule/host';

/**
 * Writes the whole value or nothing, also across a power cut: to a second file, which is synced and then
 * renamed.
 */
export async function writeJson(path: string, value: unknown): Promise<void> {
  const aside = `${path}.new`;
  await using file = await open(aside, 'w', 0o600);
  await file.writeFile(JSON.stringify(value));
  await file.sync();
  await rename(aside, path);
  await using folder = await open(dirname(path));
  await folder.sync();
}

/** Returns undefined where there is no file. */
export async function readJson<T>(path: string): Promise<T | undefined> {
  const text = await unlessMissing(readFile(path, 'utf8'));
  return text === undefined ? undefined : (JSON.parse(text) as T);
}
