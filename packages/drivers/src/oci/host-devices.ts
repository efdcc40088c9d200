import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from '@capsule/host';
import type { OciDevice } from './types.ts';

/** Made for every container anyway, or not devices of the machine. */
const LEFT_OUT = ['pts', 'shm', 'mqueue', 'fd', 'console', 'ptmx'];

/** Lists every device file of the capsule, for privileged containers. */
export async function listHostDevices(root = '/dev'): Promise<readonly OciDevice[]> {
  const entries = await readdir(root, { withFileTypes: true });
  const found = await Promise.all(
    entries
      .filter((entry) => root !== '/dev' || !LEFT_OUT.includes(entry.name))
      .map(async (entry): Promise<readonly OciDevice[]> => {
        const path = join(root, entry.name);
        if (entry.isDirectory()) return listHostDevices(path);
        return entry.isCharacterDevice() || entry.isBlockDevice() ? [await describe(path)] : [];
      }),
  );
  return found.flat();
}

/**
 * The device file at `path`, or those of the folder there; none where there is nothing, or another file. A symbolic
 * link, as udev makes them, leads to the device, which appears under the name that was asked for.
 */
export async function findDevices(path: string): Promise<readonly OciDevice[]> {
  const found = await unlessMissing(stat(path), ['ENOTDIR']);
  if (found?.isDirectory()) return listHostDevices(path);
  const isDevice = found?.isCharacterDevice() || found?.isBlockDevice();
  return isDevice ? [await describe(path)] : [];
}

async function describe(path: string): Promise<OciDevice> {
  const { mode, uid, gid, rdev } = await stat(path);
  const isBlock = (mode & 0o170000) === 0o060000;
  return {
    path,
    type: isBlock ? 'b' : 'c',
    ...deviceNumbers(rdev),
    fileMode: mode & 0o7777,
    uid,
    gid,
  };
}

/** Splits a device number as the C library packs it (`gnu_dev_major` and `gnu_dev_minor`). */
function deviceNumbers(rdev: number): { readonly major: number; readonly minor: number } {
  const number = BigInt(rdev);
  const major = ((number >> 8n) & 0xfffn) | ((number >> 32n) & ~0xfffn);
  const minor = (number & 0xffn) | ((number >> 12n) & ~0xffn);
  return { major: Number(major), minor: Number(minor) };
}
