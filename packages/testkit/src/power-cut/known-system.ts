import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { OperatingSystem } from '@capsule/imager';
import type { KnownSystem } from './judge-disk.ts';

/** The parts of a built system, as a disk has them. */
export async function knownSystem({ version, root, disk }: OperatingSystem): Promise<KnownSystem> {
  const parts = [root.path, disk.tree];
  const sizes = await Promise.all(parts.map(async (part) => (await stat(part)).size));
  return {
    version,
    kernel: await hashOf([disk.uki]),
    root: await hashOf(parts),
    rootBytes: sizes.reduce((sum, size) => sum + size, 0),
  };
}

/** SHA-256 of files one after another, in lower-case hexadecimal digits. */
export async function hashOf(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}
