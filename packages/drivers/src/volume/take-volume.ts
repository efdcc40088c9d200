import type { FileHandle } from 'node:fs/promises';
import { takeDisk } from '@capsule/host';
import { volumeDriverError } from './errors.ts';

/** Locks the volume at `device` until the caller closes the result. Fails with `VOLUME_BUSY`. */
export async function takeVolume(
  name: string,
  device: string,
  signal?: AbortSignal,
): Promise<FileHandle> {
  const taken = await takeDisk(device, signal === undefined ? {} : { signal });
  if ('user' in taken) throw volumeDriverError.BUSY({ name, where: taken.user });
  return taken;
}
