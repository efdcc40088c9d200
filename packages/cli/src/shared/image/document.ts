import type { Image } from '@capsule/api/wire';

/** An image for programs. */
export function imageDocument({ name, digest, sizeBytes, createdUnix, ...image }: Image): object {
  return {
    name,
    digest,
    sizeBytes: Number(sizeBytes),
    updatedAt: new Date(Number(createdUnix) * 1000).toISOString(),
    ...(image.usedByUnknown ? {} : { usedBy: [...image.usedBy] }),
  };
}
