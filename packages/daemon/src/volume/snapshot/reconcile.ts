import {
  type FaultPoint,
  formatSnapshotRef,
  type GuestVolumes,
  isForPeople,
  type KeyedLock,
  type SnapshotRecord,
  type SnapshotRef,
  type VolumeBackend,
  type VolumeFault,
} from '@capsule/core';
import type { Log } from '@capsule/engine';
import type { VolumeEvents } from '../events.ts';
import type { VolumeUsers } from '../holders.ts';
import type { VolumeRecords } from '../records.ts';
import type { SnapshotRecords } from './records.ts';

/** An interrupted export can resume within a day. */
const EXPORT_KEPT_MS = 24 * 3600_000;

export interface SnapshotReconcilerParts {
  readonly records: SnapshotRecords;
  readonly volumes: Pick<VolumeRecords, 'get'>;
  readonly backend: VolumeBackend;
  readonly guestVolumes: GuestVolumes;
  readonly users: Pick<VolumeUsers, 'containersOf'>;
  readonly events: VolumeEvents;
  /** Serializes the work on each volume. */
  readonly lock: KeyedLock;
  readonly faultPoint: FaultPoint<VolumeFault>;
  readonly log: Log;
  readonly now: () => number;
}

/**
 * Reconciles the storage of a snapshot with its record. The caller holds the volume's lock, except
 * for `tidy`. INVARIANT: a snapshot is not removed while it is read, since every reader holds the
 * lock of its volume.
 */
export class SnapshotReconciler {
  readonly #parts: SnapshotReconcilerParts;

  constructor(parts: SnapshotReconcilerParts) {
    this.#parts = parts;
  }

  /**
   * Undoes partial snapshots of an earlier capsuled, finishes partial removals, and removes the
   * snapshots of exports that no client resumed. Logs a failure; the next call tries again.
   */
  async tidy(): Promise<void> {
    const { records, lock, log } = this.#parts;
    for (const ref of records.list().filter((one) => this.#isLeft(one))) {
      try {
        await lock(ref.volume, async () => {
          // Work that was in progress a moment ago has ended, now that this holds the lock.
          const record = records.get(ref);
          if (record !== undefined && this.#isLeft(record)) await this.drop(record);
        });
      } catch (error) {
        log.warn('snapshot not reconciled', { snapshot: formatSnapshotRef(ref), error });
      }
    }
  }

  #isLeft({ stage, origin, createdAt }: SnapshotRecord): boolean {
    if (stage !== 'ready' || origin === 'clone') return true;
    return origin === 'export' && this.#parts.now() - createdAt > EXPORT_KEPT_MS;
  }

  /** Takes a snapshot that is recorded. After a failure no snapshot remains. */
  async makeOrUndo(ref: SnapshotRef): Promise<void> {
    const { records, backend, events, faultPoint, log } = this.#parts;
    const name = formatSnapshotRef(ref);
    faultPoint('snapshot:recorded');
    try {
      await this.#whileStill(ref.volume, () => backend.snapshot(ref));
    } catch (error) {
      await this.drop(ref).catch((failure) =>
        log.warn('snapshot not removed', { name, error: failure }),
      );
      throw error;
    }
    faultPoint('snapshot:named');
    records.markReady(ref);
    const record = records.get(ref);
    if (record !== undefined && isForPeople(record)) {
      events.record(ref.volume, 'Snapshot', ref.snapshot);
    }
  }

  /** Idempotent. */
  async drop(ref: SnapshotRef): Promise<void> {
    const { records, backend } = this.#parts;
    if (records.get(ref) === undefined) return;
    records.beginDelete(ref);
    await backend.removeSnapshot(ref);
    records.forget(ref);
  }

  async dropAll(volume: string): Promise<void> {
    for (const record of this.#parts.records.of(volume)) await this.drop(record);
  }

  /** Removes storage that no record names. */
  async removeStray(ref: SnapshotRef): Promise<void> {
    await this.#parts.backend.removeSnapshot(ref);
  }

  /**
   * Takes a snapshot while nothing writes: the backend freezes a mounted filesystem; a guest that
   * borrows the volume is asked to freeze its own.
   */
  async #whileStill(volume: string, work: () => Promise<void>): Promise<void> {
    const { volumes, backend, guestVolumes, users } = this.#parts;
    const holder = volumes.get(volume)?.holder;
    // A cell that is a microVM has one container.
    const [borrower] = holder === undefined ? [] : users.containersOf(holder);
    const isLent = (await backend.attached()).get(volume) === 'lent';
    if (borrower === undefined || !isLent) return work();
    await guestVolumes.whileStill(borrower, volume, work);
  }
}
