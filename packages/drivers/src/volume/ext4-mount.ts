import { constants, mkdir, open, rmdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { listMounts, mount, shareMounts, unlessMissing, unmount } from '@capsule/host';
import { volumeDriverError } from './errors.ts';
import { removeLostFound } from './remove-lost-found.ts';

/**
 * `discard` returns freed space to the pool, `errors=remount-ro` stops after an error, and devices are of no
 * use in a volume.
 */
const OPTIONS = ['rw', 'nodev', 'discard', 'errors=remount-ro'];

export interface VolumeMount {
  readonly name: string;
  readonly device: string;
  readonly hostPath: string;
}

/**
 * Mounts a volume on its path, once. Refuses a device that is mounted elsewhere in this capsule. Fails with
 * `VOLUME_BUSY`.
 */
export async function mountVolume(
  { name, device, hostPath }: VolumeMount,
  signal?: AbortSignal,
): Promise<void> {
  const [number, mounts] = await Promise.all([numberOf(device), listMounts()]);
  const there = mounts.filter((one) => one.path === hostPath);
  if (there.some((one) => one.device === number)) return;
  const elsewhere = mounts.find((one) => one.device === number);
  const [foreign] = there;
  if (elsewhere !== undefined || foreign !== undefined) {
    const where = elsewhere
      ? `it is mounted at ${elsewhere.path}`
      : `${foreign?.source} is mounted in its place`;
    throw volumeDriverError.BUSY({ name, where });
  }
  await checkUnheld(name, device);
  await mkdir(hostPath, { recursive: true, mode: 0o700 });
  // Shared, so an unmount here also unmounts it in copies of the mount tree.
  await shareMounts(dirname(hostPath), signal);
  await mount(device, hostPath, OPTIONS, signal);
  await removeLostFound(hostPath);
}

/** Returns whether the device is mounted on the volume's path. */
export async function isMountedAt(device: string, hostPath: string): Promise<boolean> {
  const [number, mounts] = await Promise.all([numberOf(device), listMounts()]);
  return mounts.some((one) => one.path === hostPath && one.device === number);
}

async function numberOf(device: string): Promise<string> {
  const { rdev } = await stat(device);
  return `${Number((BigInt(rdev) >> 8n) & 0xfffn)}:${minorOf(rdev)}`;
}

/** A mount in a namespace that is not visible here holds its device too: open(2), O_EXCL. */
async function checkUnheld(name: string, device: string): Promise<void> {
  try {
    const held = await open(device, constants.O_RDONLY | constants.O_EXCL);
    await held.close();
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code !== 'EBUSY') throw failure;
    throw volumeDriverError.BUSY({ name, where: 'another program has its device open' });
  }
}

/** A trim, or a look at its free space, has it open for a moment. */
const BUSY_LOOKS = 25;
const LOOK_AGAIN_MS = 20;

/** Unmounts a volume, after everything is written to the disk. Idempotent. Fails with `VOLUME_BUSY`. */
export async function unmountVolume(
  { name, hostPath }: Omit<VolumeMount, 'device'>,
  signal?: AbortSignal,
): Promise<void> {
  const isMounted = async () => (await listMounts()).some(({ path }) => path === hostPath);
  for (let looks = 0; await isMounted(); ) {
    if (await unmount(hostPath, signal)) continue;
    looks += 1;
    if (looks === BUSY_LOOKS) {
      throw volumeDriverError.BUSY({ name, where: 'a process still has its files open' });
    }
    await delay(LOOK_AGAIN_MS, undefined, { signal });
  }
  // The removal of a mount point also unmounts it in copies of the mount tree that do not follow this one
  // (detach_mounts() of the kernel). Only a program that works in the volume still keeps the filesystem.
  await unlessMissing(rmdir(hostPath));
}

/** As glibc's gnu_dev_minor(3). */
function minorOf(device: number): number {
  const wide = BigInt(device);
  return Number((wide & 0xffn) | ((wide >> 12n) & 0xfff00n));
}
