import type { SnapshotRef } from '@capsule/core';

/** Names of logical volumes. LVM accepts no `@`; names of volumes have no `.`. */
export const thinNames = {
  volume: (name: string) => `vol-${name}`,
  /** The name of a volume until it is whole. */
  aside: (name: string) => `new-${name}`,
  snapshot: ({ volume, snapshot }: SnapshotRef) => `snap-${volume}.${snapshot}`,

  volumeOf(lv: string): string | undefined {
    return /^vol-([a-z0-9-]+)$/.exec(lv)?.[1];
  },

  snapshotOf(lv: string): SnapshotRef | undefined {
    const [, volume, snapshot] = /^snap-([a-z0-9-]+)\.([a-z0-9-]+)$/.exec(lv) ?? [];
    return volume === undefined || snapshot === undefined ? undefined : { volume, snapshot };
  },
};
