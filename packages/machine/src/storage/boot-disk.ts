import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { diskError } from './errors.ts';

const BLOCK = '/sys/class/block';
/** As stage0 names it. */
const ROOT = 'capsule-root';

/** The disk that the running root is on, as the kernel names it: `vda`. */
export async function findBootDisk(): Promise<string> {
  const names = await readdir(BLOCK);
  for (const name of names.filter((one) => one.startsWith('dm-'))) {
    const label = await readFile(join(BLOCK, name, 'dm/name'), 'utf8');
    if (label.trim() !== ROOT) continue;
    const [partition] = await readdir(join(BLOCK, name, 'slaves'));
    if (partition === undefined) break;
    // The folder of a partition is in that of its disk.
    return basename(join(await realpath(join(BLOCK, partition)), '..'));
  }
  throw diskError.NO_BOOT_DISK({ detail: `there is no verified root ${ROOT}` });
}

/** The device of a partition by its number: `/dev/vda4`. */
export async function partitionDevice(disk: string, number: number): Promise<string> {
  for (const name of await readdir(join(BLOCK, disk))) {
    if (!name.startsWith(disk)) continue;
    const found = await readFile(join(BLOCK, disk, name, 'partition'), 'utf8');
    if (Number(found) === number) return `/dev/${name}`;
  }
  throw diskError.NO_BOOT_DISK({ detail: `${disk} has no partition ${number}` });
}

/** In units of 512 bytes. */
export async function diskSectors(disk: string): Promise<number> {
  return Number(await readFile(join(BLOCK, disk, 'size'), 'utf8'));
}
