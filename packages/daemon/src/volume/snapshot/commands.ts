import {
  formatSnapshotRef,
  isName,
  type KeyedLock,
  type SnapshotOrigin,
  type SnapshotRef,
  snapshotNameAt,
} from '@capsule/core';
import type { PoolObserver } from '../observe-pool.ts';
import type { VolumeRecords } from '../records.ts';
import { snapshotError } from './errors.ts';
import type { SnapshotObserver } from './observe.ts';
import type { SnapshotReconciler } from './reconcile.ts';
import type { SnapshotRecords } from './records.ts';

export interface SnapshotCommandsParts {
  readonly records: SnapshotRecords;
  readonly observer: SnapshotObserver;
  readonly reconciler: Pick<SnapshotReconciler, 'makeOrUndo' | 'drop' | 'removeStray'>;
  readonly volumes: Pick<VolumeRecords, 'ready'>;
  readonly pool: Pick<PoolObserver, 'checkRoom'>;
  /** Serializes the work on each volume. */
  readonly lock: KeyedLock;
  readonly now: () => number;
}

/**
 * INVARIANT: a record is written before the backend does any work, and removed when no storage is
 * left.
 */
export class SnapshotCommands {
  readonly #parts: SnapshotCommandsParts;

  constructor(parts: SnapshotCommandsParts) {
    this.#parts = parts;
  }

  /**
   * Takes a snapshot of the volume's present content. Fails with `SNAPSHOT_NAME_INVALID`,
   * `SNAPSHOT_EXISTS`, `VOLUME_NOT_FOUND`, `VOLUME_NOT_READY` and the errors of the backend; no
   * snapshot remains then.
   */
  async take(ref: SnapshotRef, origin: SnapshotOrigin = 'asked'): Promise<void> {
    const { pool, lock } = this.#parts;
    if (!isName(ref.snapshot))
      throw snapshotError.NAME_INVALID({ name: ref.snapshot.slice(0, 80) });
    await pool.checkRoom();
    await lock(ref.volume, () => this.#takeLocked(ref, origin));
  }

  /**
   * Takes a snapshot under a name made of `prefix` and the time, and returns the name. A counter
   * makes the name unique if one of the same second, or of a time before the clock was set back,
   * exists.
   */
  async takeNext(volume: string, prefix: string, origin: SnapshotOrigin): Promise<string> {
    const { pool, lock } = this.#parts;
    await pool.checkRoom();
    return lock(volume, () => this.takeNextLocked(volume, prefix, origin));
  }

  /** The caller holds the volume's lock. */
  async takeNextLocked(volume: string, prefix: string, origin: SnapshotOrigin): Promise<string> {
    const { observer, now } = this.#parts;
    const taken = await observer.namesOf(volume);
    const base = snapshotNameAt(prefix, now());
    let snapshot = base;
    for (let count = 2; taken.has(snapshot); count += 1) snapshot = `${base}-${count}`;
    await this.#takeLocked({ volume, snapshot }, origin);
    return snapshot;
  }

  async #takeLocked(ref: SnapshotRef, origin: SnapshotOrigin): Promise<void> {
    const { records, observer, reconciler, volumes } = this.#parts;
    records.declare(ref.snapshot, origin, volumes.ready(ref.volume));
    try {
      const isOrphaned = (await observer.find(ref)) !== undefined;
      if (isOrphaned) throw snapshotError.ORPHANED({ name: formatSnapshotRef(ref) });
    } catch (error) {
      records.forget(ref);
      throw error;
    }
    await reconciler.makeOrUndo(ref);
  }

  /**
   * Removes a snapshot and returns whether it existed. With `force` also an orphaned one. Fails
   * with `SNAPSHOT_ORPHANED`. Idempotent.
   */
  async delete(ref: SnapshotRef, { force = false } = {}): Promise<boolean> {
    const { records, observer, reconciler, lock } = this.#parts;
    return lock(ref.volume, async () => {
      if (records.get(ref) !== undefined) {
        await reconciler.drop(ref);
        return true;
      }
      if ((await observer.find(ref)) === undefined) return false;
      if (!force) throw snapshotError.ORPHANED({ name: formatSnapshotRef(ref) });
      await reconciler.removeStray(ref);
      return true;
    });
  }

  /** Turns orphaned storage into a snapshot. Fails with `SNAPSHOT_NOT_FOUND`. Idempotent. */
  async adopt(ref: SnapshotRef): Promise<void> {
    const { records, observer, lock } = this.#parts;
    await lock(ref.volume, async () => {
      if (records.get(ref) !== undefined) return;
      const seen = await observer.find(ref);
      if (seen === undefined) throw snapshotError.NOT_FOUND({ name: formatSnapshotRef(ref) });
      records.adopt(ref, seen.sizeBytes);
    });
  }
}
