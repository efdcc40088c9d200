/** A snapshot of a machine, as the cache has it. */
export interface MachineSnapshotSeen {
  readonly key: string;
  readonly sizeBytes: number;
  /** The last start from it, or its creation; milliseconds since 1970. */
  readonly usedAt: number;
}

export interface SnapshotRoom {
  readonly neededBytes: number;
  /** The limit of all snapshots together. */
  readonly mostBytes: number;
  /** Free space of the disk. */
  readonly freeBytes: number;
}

/** A snapshot is a cache: it takes at most this part of the free space, so that no workload misses it. */
const FREE_PART = 0.25;

/**
 * Returns the snapshots to remove before one more is made, those first that were not used for longest; undefined
 * where it has no room even then. Pure.
 */
export function planSnapshotRoom(
  seen: readonly MachineSnapshotSeen[],
  { neededBytes, mostBytes, freeBytes }: SnapshotRoom,
): readonly string[] | undefined {
  const total = seen.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const most = Math.min(mostBytes, total + freeBytes * FREE_PART);
  if (neededBytes > most) return undefined;
  const removed: string[] = [];
  let left = total;
  for (const { key, sizeBytes } of seen.toSorted((one, other) => one.usedAt - other.usedAt)) {
    if (left + neededBytes <= most) break;
    removed.push(key);
    left -= sizeBytes;
  }
  return removed;
}
