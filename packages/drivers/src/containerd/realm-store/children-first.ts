import type { SnapshotName } from './list-content.ts';

/** Returns the names of snapshots so that each comes before its parent, as containerd removes them. Pure. */
export function childrenFirst(
  snapshots: readonly Pick<SnapshotName, 'name' | 'parent'>[],
): readonly string[] {
  const parents = new Map(snapshots.map(({ name, parent }) => [name, parent]));
  const depthOf = (name: string): number => {
    let depth = 0;
    for (let at = parents.get(name); at !== undefined && at !== ''; at = parents.get(at)) {
      depth += 1;
    }
    return depth;
  };
  const depths = new Map(snapshots.map(({ name }) => [name, depthOf(name)]));
  const depth = (name: string) => depths.get(name) ?? 0;
  return [...parents.keys()].toSorted((a, b) => depth(b) - depth(a));
}
