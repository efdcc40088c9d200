import { type CellId, cellCgroup, cellOfWorkload } from './cell-id.ts';

/** Names one container of the capsule. It travels as one value: a cell holds more than one container. */
export interface ContainerRef {
  readonly cell: CellId;
  /** Unique in its cell. */
  readonly container: string;
}

/** The root decides over the life of its cell; siblings share its namespaces. Never changes. */
export type ContainerRole = 'root' | 'sibling';

/** The one container of the cell that a flat workload manifest stands for. */
export function refOfWorkload(name: string): ContainerRef {
  return { cell: cellOfWorkload(name), container: name };
}

/**
 * `/kukeon/<realm>/<space>/<stack>/<cell>/<container>_root` for the root, `…/<container>_<container>` for a sibling;
 * in every hierarchy of cgroups.
 */
export function containerCgroup({
  ref: { cell, container },
  role,
}: {
  readonly ref: ContainerRef;
  readonly role: ContainerRole;
}): string {
  return `${cellCgroup(cell)}/${container}_${role === 'root' ? 'root' : container}`;
}
