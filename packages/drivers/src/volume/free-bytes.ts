import { statfs } from 'node:fs/promises';
import type { Ext4 } from '@capsule/host';

/** What can still be written to a volume: the superblock of a mounted one is behind. */
export async function freeBytesOf(
  ext4: Ext4 | undefined,
  hostPath: string | undefined,
): Promise<{ readonly freeBytes?: number }> {
  if (ext4 === undefined) return {};
  if (hostPath === undefined) return { freeBytes: ext4.freeBytes };
  const { bavail, bsize } = await statfs(hostPath);
  return { freeBytes: bavail * bsize };
}
