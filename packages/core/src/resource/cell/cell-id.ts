/** The place of a cell in the hierarchy. */
export interface CellId {
  readonly realm: string;
  readonly space: string;
  readonly stack: string;
  readonly cell: string;
}

/** The cell that a flat workload manifest stands for. */
export function cellOfWorkload(name: string): CellId {
  return { realm: 'main', space: 'default', stack: 'default', cell: name };
}

/** The cgroup of the cell, below the capsule's own root. */
export function cellCgroup(id: CellId): string {
  return `/kukeon/${id.realm}/${id.space}/${id.stack}/${id.cell}`;
}

/** The containerd namespace of a realm. */
export function realmNamespace(realm: string): string {
  return `kukeon-${realm}`;
}
