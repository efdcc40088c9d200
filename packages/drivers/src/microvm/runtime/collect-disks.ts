import { isCapsuleError } from '@capsule/core';
import { orDamage } from '../record/json-file.ts';
import type { VmRecords } from '../record/vm-records.ts';
import type { MicroVmContext } from './context.ts';

/**
 * Removes the disks of images that are gone, unless a microVM is made from them, as containerd does with
 * layers. Idempotent.
 */
export async function collectDisks(context: MicroVmContext): Promise<void> {
  await pruneDisks(context, await disksWithoutImage(context));
}

/**
 * Returns the disks whose images are gone. Fails when the images cannot be listed, rather than to take every
 * image for gone.
 */
export async function disksWithoutImage({
  images,
  imageDisks,
}: MicroVmContext): Promise<readonly string[]> {
  const disks = await imageDisks.list();
  if (disks.length === 0) return [];
  const asked = images.translateErrors('list images', images.chainIds());
  const cached = new Set((await asked).map((chainId) => imageDisks.pathOf(chainId)));
  return disks.filter((disk) => !cached.has(disk));
}

/** Removes those of `disks` that no microVM is made from. Calls no image source. Idempotent. */
export async function pruneDisks(
  { imageDisks, records }: MicroVmContext,
  disks: readonly string[],
): Promise<void> {
  await imageDisks.prune(disks, (disk) => isOfMicroVm(records, disk));
}

async function isOfMicroVm(records: VmRecords, disk: string): Promise<boolean> {
  const made = await Promise.all((await records.ids()).map((id) => orDamage(records.made(id))));
  // One whose record cannot be read may be made from any disk.
  return made.some((vm) => isCapsuleError(vm) || vm?.imageDisk === disk);
}
