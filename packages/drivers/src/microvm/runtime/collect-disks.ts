import type { MicroVmContext } from './context.ts';

/**
 * Removes the disks of images that are gone, unless a microVM is made of them: with images, as containerd does
 * with layers. Idempotent.
 */
export async function collectDisks({
  client,
  images,
  imageDisks,
  records,
}: MicroVmContext): Promise<void> {
  if (!(await imageDisks.isAny())) return;
  const made = await Promise.all((await records.ids()).map((id) => records.made(id)));
  const used = made.flatMap((vm) => vm?.imageDisk ?? []);
  const { images: present } = await client.images.list({});
  const cached = await Promise.all(
    present.map(async ({ name, target }) => {
      // One that cannot be read is none that a disk was made of.
      const content = await images.read(name, target?.digest ?? '').catch(() => undefined);
      return content === undefined ? [] : [imageDisks.pathOf(content.chainId)];
    }),
  );
  await imageDisks.prune([...used, ...cached.flat()]);
}
