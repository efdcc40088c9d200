/** Paths inside of a guest that its agent makes, and that the payload's specification names. */
export const GUEST_ROOT = '/run/capsule/root';
export const GUEST_CGROUP = '/payload';

export function guestFile(name: string): string {
  return `/run/capsule/files/${name}`;
}

export function guestVolume(name: string): string {
  return `/run/capsule/volumes/${name}`;
}

/** Returns the folder of a workload's mount number `index`. */
export function guestFolder(index: number): { readonly name: string; readonly path: string } {
  const name = `folder-${index}`;
  return { name, path: `/run/capsule/folders/${name}` };
}
