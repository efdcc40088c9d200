import { type KeyedLock, lockAll, type SnapshotRef } from '@capsule/core';
import { checkVolumeSpec } from './check-spec.ts';
import type { VolumeHolders } from './holders.ts';
import type { PoolObserver } from './observe-pool.ts';
import type { VolumeReconciler } from './reconcile.ts';
import type { VolumeRecords } from './records.ts';
import type { SnapshotCommands } from './snapshot/commands.ts';
import type { SnapshotReconciler } from './snapshot/reconcile.ts';
import type { SnapshotRecords } from './snapshot/records.ts';

export interface VolumeCopiesParts {
  readonly records: VolumeRecords;
  readonly reconciler: Pick<VolumeReconciler, 'makeOrUndo' | 'refill'>;
  readonly snapshots: {
    readonly records: Pick<SnapshotRecords, 'ready'>;
    readonly commands: Pick<SnapshotCommands, 'takeNext' | 'takeNextLocked'>;
    readonly reconciler: Pick<SnapshotReconciler, 'drop'>;
  };
  readonly pool: Pick<PoolObserver, 'checkRoom'>;
  readonly holders: Pick<VolumeHolders, 'untilReleased'>;
  /** Serializes the work on each volume. */
  readonly lock: KeyedLock;
}

/** A snapshot, or the present content of a volume. */
export interface CloneSource {
  readonly volume: string;
  readonly snapshot?: string;
}

/** Clones volumes and restores snapshots. */
export class VolumeCopies {
  readonly #parts: VolumeCopiesParts;

  constructor(parts: VolumeCopiesParts) {
    this.#parts = parts;
  }

  /**
   * Creates a volume from a snapshot, or from the present content of a volume if no snapshot is
   * named. The same `uid` again succeeds. Fails with `VOLUME_EXISTS`, and as `create` and
   * `SnapshotCommands.take`.
   */
  async clone(
    from: CloneSource,
    to: { readonly name: string; readonly uid: string },
  ): Promise<void> {
    const { records, snapshots, pool, lock } = this.#parts;
    if (records.get(to.name)?.uid === to.uid) return;
    await pool.checkRoom();
    // A snapshot that was adopted without its volume may be cloned to a volume of the same name.
    await lockAll(lock, [from.volume, to.name], async () => {
      const { volume, snapshot } = from;
      if (snapshot !== undefined) return this.#cloneLocked({ volume, snapshot }, to);
      const own = {
        volume,
        snapshot: await snapshots.commands.takeNextLocked(volume, 'clone', 'clone'),
      };
      try {
        await this.#cloneLocked(own, to);
      } finally {
        await snapshots.reconciler.drop(own);
      }
    });
  }

  async #cloneLocked(
    ref: SnapshotRef,
    to: { readonly name: string; readonly uid: string },
  ): Promise<void> {
    const { records, reconciler, snapshots } = this.#parts;
    const source = snapshots.records.ready(ref);
    checkVolumeSpec({ name: to.name, sizeBytes: source.sizeBytes });
    records.declareClone(to, source);
    await reconciler.makeOrUndo(to.name);
  }

  /**
   * Restores a snapshot of a volume, after it waits for a holder that is stopping. Keeps the
   * present content as another snapshot and returns its name, or discards the content with
   * `discardCurrent`. Fails with `SNAPSHOT_NOT_FOUND`, `VOLUME_IN_USE` and the errors of the
   * backend.
   */
  async restore(
    ref: SnapshotRef,
    { discardCurrent }: { readonly discardCurrent: boolean },
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { records, reconciler, snapshots, holders, lock } = this.#parts;
    snapshots.records.ready(ref);
    await holders.untilReleased(ref.volume, signal);
    records.detached(ref.volume);
    const keptAs = discardCurrent
      ? undefined
      : await snapshots.commands.takeNext(ref.volume, 'before-restore', 'asked');
    await lock(ref.volume, async () => {
      records.detached(ref.volume);
      records.beginRestore(snapshots.records.ready(ref));
      await reconciler.refill(ref.volume);
    });
    return keptAs;
  }
}
