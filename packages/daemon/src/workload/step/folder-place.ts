import type { ContainerRecord } from '@capsule/core';

/**
 * Returns the place of a mount's folder among those of its volume. It depends on no other container: the
 * specification of a container names it for as long as that exists, while others of the cell come and go. Names hold
 * no dot. Pure.
 */
export function folderPlace(
  { ref, role }: Pick<ContainerRecord, 'ref' | 'role'>,
  mount: number,
): string {
  // Containers of earlier versions are roots, with the number alone.
  return role === 'root' ? String(mount) : `${ref.container}.${mount}`;
}
