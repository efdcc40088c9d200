import { isName, type SnapshotRef } from '@capsule/core';
import { snapshotError } from '../../volume/snapshot/errors.ts';

/** Refuses a reference that cannot name a snapshot. Fails with `SNAPSHOT_NOT_FOUND`. */
export function requireRef(volume: string, snapshot: string): SnapshotRef {
  if (isName(volume) && isName(snapshot)) return { volume, snapshot };
  throw snapshotError.NOT_FOUND({ name: `${volume.slice(0, 80)}@${snapshot.slice(0, 80)}` });
}
