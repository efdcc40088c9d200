import {
  type FaultPoint,
  formatSize,
  formatSnapshotRef,
  type KeyedLock,
  type VolumeBackend,
  type VolumeFault,
} from '@capsule/core';
import type { Log } from '@capsule/engine';
import type { VolumeEvents } from './events.ts';
import type { VolumeRecords } from './records.ts';
import type { SnapshotReconciler } from './snapshot/reconcile.ts';

export interface VolumeReconcilerParts {
  readonly records: VolumeRecords;
  readonly snapshots: Pick<SnapshotReconciler, 'dropAll'>;
  readonly backend: VolumeBackend;
  readonly events: VolumeEvents;
  /** Serializes the work on each volume. */
  readonly lock: KeyedLock;
  readonly faultPoint: FaultPoint<VolumeFault>;
  readonly log: Log;
}

/**
 * Reconciles the storage of a volume with its record. The caller holds the volume's lock, except for `resume`; each
 * step is idempotent.
 */
export class VolumeReconciler {
  readonly #parts: VolumeReconcilerParts;

  constructor(parts: VolumeReconcilerParts) {
    this.#parts = parts;
  }

  /** Finishes the work of an earlier capsuled. Logs a failure; the next request for the volume tries again. */
  async resume(): Promise<void> {
    const { records, backend, lock, log } = this.#parts;
    await backend.thaw();
    for (const { name, stage } of records.list()) {
      try {
        if (stage === 'creating') await lock(name, () => this.make(name));
        if (stage === 'importing') await lock(name, () => this.dropImport(name));
        if (stage === 'restoring') await lock(name, () => this.refill(name));
        if (stage === 'deleting') await lock(name, () => this.unmake(name));
      } catch (error) {
        log.warn('volume not reconciled', { volume: name, error });
      }
    }
  }

  /** Creates a volume or undoes it. The next call for it, or the next start of capsuled, finishes a failed undo. */
  async makeOrUndo(name: string): Promise<void> {
    this.#parts.faultPoint('create:recorded');
    try {
      await this.make(name);
    } catch (error) {
      // Undone while the caller holds the lock: later it could remove a volume that another call
      // created.
      await this.#undo(name).catch((failure) =>
        this.#parts.log.warn('creation of the volume not undone', { volume: name, error: failure }),
      );
      throw error;
    }
  }

  async make(name: string): Promise<void> {
    const { records, backend, events } = this.#parts;
    const record = records.get(name);
    if (record?.stage !== 'creating') return;
    await backend.create(record, record.source);
    records.markReady(name);
    const { source } = record;
    const of = source === undefined ? '' : ` from ${source.volume}`;
    events.record(name, 'Created', `${formatSize(record.sizeBytes)}${of}`);
  }

  async refill(name: string): Promise<void> {
    const { records, backend, events, faultPoint } = this.#parts;
    const record = records.get(name);
    if (record?.stage !== 'restoring' || record.source === undefined) return;
    faultPoint('restore:recorded');
    await backend.restore(record, record.source);
    records.markReady(name);
    events.record(name, 'Restored', `from ${formatSnapshotRef(record.source)}`);
  }

  /** Grows the storage. `before` is the earlier size. */
  async grow(name: string, sizeBytes: number, before: number): Promise<void> {
    const { backend, events, faultPoint } = this.#parts;
    faultPoint('grow:recorded');
    await backend.grow(name, sizeBytes);
    faultPoint('grow:grown');
    if (before < sizeBytes) events.record(name, 'Grown', `to ${formatSize(sizeBytes)}`);
  }

  async unmake(name: string): Promise<void> {
    const { records, snapshots, backend, events, faultPoint } = this.#parts;
    if (records.get(name)?.stage !== 'deleting') return;
    faultPoint('delete:recorded');
    await snapshots.dropAll(name);
    await backend.remove(name);
    faultPoint('delete:removed');
    records.forget(name);
    events.record(name, 'Deleted', 'with its contents');
  }

  /** Removes a partial import. Its client starts it again; the upload is stored elsewhere. */
  async dropImport(name: string): Promise<void> {
    const { records, backend } = this.#parts;
    const record = records.get(name);
    if (record?.stage !== 'importing') return;
    // Storage with another identity existed before and stays.
    const found = (await backend.list()).find((seen) => seen.name === name);
    if (found === undefined || found.uid === record.uid) await backend.remove(name);
    records.forget(name);
  }

  /** Removes storage that no record names. */
  async removeStray(name: string): Promise<void> {
    await this.#parts.backend.remove(name);
  }

  /**
   * Undoes a failed creation, which may have made storage: the store's disk was full. Storage with another identity
   * existed before and stays.
   */
  async #undo(name: string): Promise<void> {
    const { records, backend } = this.#parts;
    const record = records.get(name);
    if (record?.stage !== 'creating') return;
    const found = (await backend.list()).find((seen) => seen.name === name);
    if (found?.uid === record.uid) await backend.remove(name);
    records.forget(name);
  }
}
