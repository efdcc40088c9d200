import type { CapsuleClient, Image } from '@capsule/api/wire';
import { describeImageReference, normaliseImageReference } from '@capsule/core';
import { formatBytes } from '../render/bytes.ts';

/** Images of a realm of these names that are there and not used: others are not removed. */
export async function imageLosses(
  client: CapsuleClient,
  { names, realm }: { readonly names: readonly string[]; readonly realm: string },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { images } = await client.image.list({ realm }, { signal });
  const wanted = names.map(normaliseImageReference);
  return images
    .filter(({ name, usedBy }) => wanted.includes(name) && usedBy.length === 0)
    .map(imageLoss);
}

export function imageLoss({ name, sizeBytes }: Image): string {
  return `${describeImageReference(name)}: ${formatBytes(Number(sizeBytes))}`;
}
