import type { Place } from '../resource/place/place.ts';

/**
 * The cgroups of realms, spaces, stacks and cells, in every hierarchy of the machine. Those of containers are the
 * runtime's. All calls are idempotent, and none ends a process.
 */
export interface CellCgroups {
  /** Makes the cgroup of a place and those above it, with all controllers for those below. */
  ensure(place: Place): Promise<void>;
  /** Removes the cgroup of a place; it stays while it holds a process or the cgroup of another place. */
  remove(place: Place): Promise<void>;
  /** Lists the places that have a cgroup in any hierarchy, outer ones first. */
  list(): Promise<readonly Place[]>;
  /** Lists the cgroups of containers in any hierarchy, as `containerCgroup` names them. */
  listContainers(): Promise<readonly string[]>;
}
