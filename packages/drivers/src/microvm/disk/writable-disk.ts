import { randomUUID } from 'node:crypto';
import { open, rename, rm, truncate } from 'node:fs/promises';
import { exists, makeExt4 } from '@capsule/host';

/**
 * A sparse file with an empty ext4: what a microVM writes, on top of its image. One that is there stays as it
 * is. Idempotent, and whole or not there.
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
