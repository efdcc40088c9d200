import type { NewVolume, VolumeOrigin } from '@capsule/core';
import { checkExt4, copyImage, growExt4, identifyExt4, makeExt4, readExt4 } from '@capsule/host';
import { missingSnapshot, volumeDriverError } from './errors.ts';
import type { ThinGroup } from './thin-group.ts';
import { thinNames } from './thin-names.ts';
import { syncPath } from './volume-files.ts';

/** Makes a volume without its name: whole, and on the disk. Leaves nothing where it fails. */
export async function makeThinVolume(
  group: ThinGroup,
  volume: NewVolume,
  from: VolumeOrigin | undefined,
  signal?: AbortSignal,
): Promise<void> {
  const { name, uid } = volume;
  const aside = thinNames.aside(name);
  await group.remove(aside, signal);
  try {
    const device = await open(group, volume, from, signal);
    if (from === undefined) await makeExt4(device, uid, signal);
    else await adapt(volume, device, signal);
    await syncPath(device);
  } catch (error) {
    await group.remove(aside);
    throw error;
  }
}

/** Makes a new logical volume with its initial content, and returns its device. */
async function open(
  group: ThinGroup,
  { name, sizeBytes }: NewVolume,
  from: VolumeOrigin | undefined,
  signal?: AbortSignal,
): Promise<string> {
  const lv = thinNames.aside(name);
  if (from === undefined || 'image' in from) {
    await group.create(lv, sizeBytes, signal);
    const device = await group.activate(lv, signal);
    if (from !== undefined) await copyImage(from.image, device, signal);
    return device;
  }
  const snapshot = thinNames.snapshot(from);
  if ((await group.find(snapshot, signal)) === undefined) throw missingSnapshot(from);
  await group.snapshot(snapshot, lv, signal);
  await group.extend(lv, sizeBytes, signal);
  return group.activate(lv, signal);
}

/** Checks the copied content, and gives it an identity of its own. */
async function adapt(
  { name, uid }: NewVolume,
  device: string,
  signal?: AbortSignal,
): Promise<void> {
  if ((await readExt4(device, signal)) === undefined) {
    throw volumeDriverError.IMAGE_INVALID({ name });
  }
  if (!(await checkExt4(device, signal))) throw volumeDriverError.DAMAGED({ name });
  await identifyExt4(device, uid, signal);
  await growExt4(device, signal);
}
