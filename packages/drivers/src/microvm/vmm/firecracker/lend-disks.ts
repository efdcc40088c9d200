import type { OpenDisks } from '../open-disks.ts';
import type { Machine, MachineDisk } from '../vmm.ts';

/** A disk as it appears in a jail: bound, or for a block device as a node of the jail's own. */
export interface LentDisk extends MachineDisk {
  readonly device?: { readonly major: number; readonly minor: number };
}

/**
 * Lets the machine's user open its disks, since Firecracker opens them itself. A disk of this machine alone
 * becomes that user's. A disk that many machines read becomes readable for all users, but only jails in which
 * it is bound can reach it. Devices stay unchanged. Works on the open files, because a name may lead
 * elsewhere by now. Idempotent.
 */
export async function lendDisks(
  { disks, tap }: Pick<Machine, 'disks' | 'tap'>,
  { handles }: Pick<OpenDisks, 'handles'>,
): Promise<LentDisk[]> {
  const lent: LentDisk[] = [];
  for (const [index, handle] of handles.entries()) {
    const disk = disks[index];
    if (disk === undefined) continue;
    const found = await handle.stat();
    if (found.isBlockDevice()) {
      lent.push({ ...disk, device: deviceNumber(found.rdev) });
      continue;
    }
    await handle.chmod(disk.isShared === true ? 0o444 : 0o600);
    if (disk.isShared !== true) await handle.chown(tap.uid, tap.uid);
    lent.push(disk);
  }
  return lent;
}

/** Splits a device number as Linux packs it (makedev(3)). Pure. */
export function deviceNumber(packed: number): { readonly major: number; readonly minor: number } {
  const bits = BigInt(packed);
  return {
    major: Number(((bits >> 8n) & 0xfffn) | ((bits >> 32n) & 0xfffff000n)),
    minor: Number((bits & 0xffn) | ((bits >> 12n) & 0xffffff00n)),
  };
}
