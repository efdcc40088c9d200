import type { MicroVmContext } from './context.ts';

/**
 * Removes the disks of images that are gone, unless a microVM is made of them: with images, as containerd does
 * with layers. Idempotent.
 */
export async function collectDisks({ images, imageDisks, records }: MicroVmContext): Promise<void> {
  if (!(await imageDisks.isAny())) return;
  const made = await Promise.all((await records.ids()).map((id) => records.made(id)));
  const used = made.flatMap((vm) => vm?.imageDisk ?? []);
  const cached = (await images.chainIds()).map((chainId) => imageDisks.pathOf(chainId));
  await imageDisks.prune([...used, ...cached]);
}
