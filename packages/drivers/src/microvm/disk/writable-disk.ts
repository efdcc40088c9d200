import { randomUUID } from 'node:crypto';
import { open, rename, rm, truncate } from 'node:fs/promises';
import { exists, makeExt4 } from '@capsule/host';

/**
 * Makes a sparse file with an empty ext4, for the files that a microVM writes on top of its image. An
 * existing file stays unchanged. Idempotent; the file is whole or absent.
 */
export async function ensureWritableDisk(path: string, sizeBytes: number): Promise<void> {
  if (await exists(path)) return;
  const aside = `${path}.new`;
  await rm(aside, { force: true });
  await (await open(aside, 'wx', 0o600)).close();
  await truncate(aside, sizeBytes);
  await makeExt4(aside, randomUUID());
  await rename(aside, path);
}
