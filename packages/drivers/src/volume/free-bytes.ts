import { statfs } from 'node:fs/promises';
import { type Ext4, unlessMissing } from '@capsule/host';

/** EXT4_SUPER_MAGIC of statfs(2). */
const EXT4_MAGIC = 0xef53;

/** Returns the free space of a volume. While it is mounted, the superblock on the disk is out of date. */
export async function freeBytesOf(
  ext4: Ext4 | undefined,
  hostPath: string | undefined,
): Promise<{ readonly freeBytes?: number }> {
  if (ext4 === undefined) return {};
  const mounted = hostPath === undefined ? undefined : await freeWhileMounted(hostPath);
  return { freeBytes: mounted ?? ext4.freeBytes };
}

/** Undefined when it was unmounted meanwhile. */
async function freeWhileMounted(hostPath: string): Promise<number | undefined> {
  const seen = await unlessMissing(statfs(hostPath));
  return seen?.type === EXT4_MAGIC ? seen.bavail * seen.bsize : undefined;
}
