/** Places inside of a guest that its agent makes, and that the payload's specification names. */
export const GUEST_ROOT = '/run/capsule/root';
export const GUEST_CGROUP = '/payload';

export function guestFile(name: string): string {
  return `/run/capsule/files/${name}`;
}

export function guestVolume(name: string): string {
  return `/run/capsule/volumes/${name}`;
}

/** Of the volume that is mounted as the `index`th of a workload. */
export function guestFolder(index: number): { readonly name: string; readonly path: string } {
  const name = `folder-${index}`;
  return { name, path: `/run/capsule/folders/${name}` };
}
