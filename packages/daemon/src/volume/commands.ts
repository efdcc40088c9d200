import {
  type ApplyChange,
  applyChangeOf,
  describeVolumeChange,
  type FieldChange,
  isForPeople,
  type KeyedLock,
  nameOfCell,
  type VolumeSpec,
} from '@capsule/core';
import { checkVolumeGrowth, checkVolumeSpec, checkVolumeStage } from './check-spec.ts';
import { volumeError } from './errors.ts';
import type { VolumeHolders, VolumeUsers } from './holders.ts';
import type { VolumeObserver } from './observe.ts';
import type { PoolObserver } from './observe-pool.ts';
import type { VolumeReconciler } from './reconcile.ts';
import type { VolumeRecords } from './records.ts';
import type { SnapshotRecords } from './snapshot/records.ts';

export interface VolumeCommandsParts {
  readonly records: VolumeRecords;
  readonly snapshots: Pick<SnapshotRecords, 'of'>;
  readonly observer: Pick<VolumeObserver, 'findStray'>;
  readonly reconciler: VolumeReconciler;
  readonly pool: Pick<PoolObserver, 'checkRoom'>;
  readonly holders: Pick<VolumeHolders, 'stop' | 'untilReleased'>;
  readonly users: Pick<VolumeUsers, 'namedBy'>;
  /** Serializes the work on each volume. */
  readonly lock: KeyedLock;
  /** Called when a snapshot schedule changes. */
  readonly onSchedule: () => void;
}

export interface AppliedVolume {
  readonly change: ApplyChange;
  readonly fields: readonly FieldChange[];
}

/** INVARIANT: a record is written before the backend does any work, and removed when no storage is left. */
export class VolumeCommands {
  readonly #parts: VolumeCommandsParts;

  constructor(parts: VolumeCommandsParts) {
    this.#parts = parts;
  }

  /**
   * Creates or grows a volume. On return the volume can be attached and survives a power cut. Fails as `examine` and
   * `rehearse`, and with the errors of the backend; a failed creation leaves no volume.
   */
  async apply(spec: VolumeSpec, { dryRun = false } = {}): Promise<AppliedVolume> {
    await this.examine(spec);
    const rehearsed = this.#parts.records.rehearse(() => this.rehearse(spec));
    if (dryRun) return rehearsed;
    const change = await this.#apply(spec);
    const { fields } = rehearsed;
    if (fields.some(({ path }) => path.startsWith('snapshotSchedule'))) this.#parts.onSchedule();
    return { change, fields };
  }

  /**
   * Checks whether the disk has room for the volume. Fails with `MANIFEST_SPEC_INVALID`, `VOLUME_POOL_LOW`, and
   * `VOLUME_ORPHANED` if storage of its name exists that no record names.
   */
  async examine(spec: VolumeSpec): Promise<void> {
    checkVolumeSpec(spec);
    const { records, observer, pool } = this.#parts;
    const stored = records.get(spec.name);
    if (stored !== undefined && stored.sizeBytes >= spec.sizeBytes) return;
    await pool.checkRoom();
    if ((await observer.findStray(spec.name)) !== undefined) {
      throw volumeError.ORPHANED({ name: spec.name });
    }
  }

  /**
   * Returns the outcome of an apply, and writes the record of a new volume, so that later judgements find it; the
   * caller rolls the transaction back. Fails with `VOLUME_SHRINKS` and `VOLUME_NOT_READY`.
   */
  rehearse(spec: VolumeSpec): AppliedVolume {
    const stored = this.#parts.records.declare(spec);
    if (stored !== undefined) {
      checkVolumeGrowth(stored, spec);
      checkVolumeStage(stored);
    }
    const fields = describeVolumeChange(stored, spec);
    return { change: applyChangeOf(stored, fields), fields };
  }

  async #apply(spec: VolumeSpec): Promise<ApplyChange> {
    const { records, reconciler, lock } = this.#parts;
    const before = records.declare(spec);
    if (before !== undefined) checkVolumeStage(before);
    if (before?.stage !== 'ready') {
      await lock(spec.name, () => reconciler.makeOrUndo(spec.name));
      if (before === undefined) return 'created';
    }
    // Another call has created the volume or its record, with the schedule of that call.
    records.schedule(spec.name, spec.snapshotSchedule);
    await this.#grow(spec);
    return applyChangeOf(before, describeVolumeChange(before, spec));
  }

  /**
   * Creates a volume. Fails with `VOLUME_EXISTS` if one of another size exists, and as `apply`. The same call again
   * succeeds, so a client can repeat it after a lost answer.
   */
  async create(spec: VolumeSpec): Promise<void> {
    const stored = this.#parts.records.get(spec.name);
    if (stored !== undefined && stored.sizeBytes !== spec.sizeBytes) {
      throw volumeError.EXISTS({ name: spec.name, now: stored.sizeBytes });
    }
    await this.apply(spec);
  }

  /**
   * Grows a volume, after it waits for a holder that is stopping. Fails with `VOLUME_NOT_FOUND`, `VOLUME_SHRINKS` and
   * the errors of the backend.
   */
  async resize(spec: VolumeSpec, signal: AbortSignal): Promise<void> {
    await this.#parts.holders.untilReleased(spec.name, signal);
    await this.#grow(spec);
  }

  async #grow(spec: VolumeSpec): Promise<void> {
    checkVolumeSpec(spec);
    const { records, reconciler, pool, lock } = this.#parts;
    const { name, sizeBytes } = spec;
    const isLarger = sizeBytes > (records.get(name)?.sizeBytes ?? sizeBytes);
    if (isLarger) await pool.checkRoom();
    await lock(name, () => reconciler.grow(name, sizeBytes, records.grow(spec)));
  }

  /**
   * Removes a volume with its data, after it waits for a holder that is stopping. Returns whether the volume existed.
   * With `force` it stops the holder first, and the volume may have snapshots, be named by a stopped workload, or be
   * orphaned. Fails with `VOLUME_IN_USE`, `VOLUME_NAMED`, `VOLUME_HAS_SNAPSHOTS`, `VOLUME_ORPHANED`. Idempotent.
   */
  async delete(name: string, force: boolean, signal: AbortSignal): Promise<boolean> {
    const { observer, reconciler, holders, lock } = this.#parts;
    if (force) holders.stop(name);
    await holders.untilReleased(name, signal);
    return lock(name, async () => {
      const isThere = this.#beginDelete(name, force);
      if (isThere) await reconciler.unmake(name);
      if (isThere || (await observer.findStray(name)) === undefined) return isThere;
      if (!force) throw volumeError.ORPHANED({ name });
      await reconciler.removeStray(name);
      return true;
    });
  }

  #beginDelete(name: string, force: boolean): boolean {
    const { records, snapshots, users } = this.#parts;
    const record = records.get(name);
    if (record === undefined) return false;
    const { holder } = record;
    if (holder !== undefined) throw records.inUse(name, holder);
    const [cell] = force ? [] : users.namedBy(name);
    if (cell !== undefined) throw volumeError.NAMED({ name, workload: nameOfCell(cell) });
    const kept = snapshots.of(name).filter(isForPeople).length;
    if (kept > 0 && !force) throw volumeError.HAS_SNAPSHOTS({ name, kept });
    records.beginDelete(name);
    return true;
  }

  /**
   * Turns orphaned storage into a volume of its name. Fails with `VOLUME_NOT_FOUND`, also for storage without a
   * filesystem. Idempotent.
   */
  async adopt(name: string): Promise<void> {
    const { records, observer, lock } = this.#parts;
    await lock(name, async () => {
      if (records.get(name) !== undefined) return;
      const stray = await observer.findStray(name);
      if (stray?.uid === undefined) throw volumeError.NOT_FOUND({ name });
      records.adopt({ name, sizeBytes: stray.sizeBytes }, stray.uid);
    });
  }
}
