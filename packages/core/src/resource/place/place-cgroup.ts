import { type Place, partsOf } from './place.ts';

/** The cgroup that holds all others of the capsule. */
export const CGROUP_ROOT = '/kukeon';

/** The cgroup of a realm, space, stack or cell; a container's also depends on its role. Pure. */
export function placeCgroup(place: Place): string {
  return [CGROUP_ROOT, ...partsOf(place)].join('/');
}
