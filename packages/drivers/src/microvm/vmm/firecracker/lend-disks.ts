import { chmod, chown, stat } from 'node:fs/promises';
import { microVmError } from '../../errors.ts';
import type { Machine, MachineDisk } from '../vmm.ts';

/** A disk as it appears in a jail: bound, or for a block device as a node of the jail's own. */
export interface LentDisk extends MachineDisk {
  readonly device?: { readonly major: number; readonly minor: number };
}

/**
 * Lets the machine's user open its disks, since Firecracker opens them itself. A disk of this machine alone becomes
 * that user's; one that many machines read may be read by all who can come to it, which is nobody but jails that have
 * it bound. Devices stay as they are. Idempotent; fails with `MICROVM_FILE_MISSING`.
 */
export async function lendDisks({ name, disks, tap }: Machine): Promise<LentDisk[]> {
  const lent: LentDisk[] = [];
  for (const disk of disks) {
    const { path, isShared = false } = disk;
    const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ENOENT') throw cause;
      throw microVmError.FILE_MISSING({ container: name, path }, cause);
    });
    if (found.isBlockDevice()) {
      lent.push({ ...disk, device: deviceNumber(found.rdev) });
      continue;
    }
    await chmod(path, isShared ? 0o444 : 0o600);
    if (!isShared) await chown(path, tap.uid, tap.uid);
    lent.push(disk);
  }
  return lent;
}

/** As Linux packs it (makedev(3)). Pure. */
export function deviceNumber(packed: number): { readonly major: number; readonly minor: number } {
  const bits = BigInt(packed);
  return {
    major: Number(((bits >> 8n) & 0xfffn) | ((bits >> 32n) & 0xfffff000n)),
    minor: Number((bits & 0xffn) | ((bits >> 12n) & 0xffffff00n)),
  };
}
