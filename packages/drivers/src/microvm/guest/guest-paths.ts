/** Places inside of a guest that its agent makes, and that the payload's specification names. */
export const GUEST_ROOT = '/run/capsule/root';
export const GUEST_CGROUP = '/payload';

export function guestFile(name: string): string {
  return `/run/capsule/files/${name}`;
}

export function guestVolume(name: string): string {
  return `/run/capsule/volumes/${name}`;
}
