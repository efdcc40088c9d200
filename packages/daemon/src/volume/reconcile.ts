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
 * Brings the storage of a volume to what its record says. The caller holds the volume's lock, but for `resume`;
 * each step is idempotent.
 */
export class VolumeReconciler {
  readonly #parts: VolumeReconcilerParts;

  constructor(parts: VolumeReconcilerParts) {
    this.#parts = parts;
  }

  /** Finishes what was under way when capsuled went. What fails is logged, and done when it is asked for. */
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
        log.warn('volume not as specified', { volume: name, error });
      }
    }
  }

  /** One that could not be undone is finished by the next call for it, or when capsuled starts. */
  async makeOrUndo(name: string): Promise<void> {
    this.#parts.faultPoint('create:recorded');
    try {
      await this.make(name);
    } catch (error) {
      // While the caller still holds the lock: who makes it again would lose it to this.
      await this.#undo(name).catch((failure) =>
        this.#parts.log.warn('volume not undone', { volume: name, error: failure }),
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

  /** `before` is how large it was. */
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

  /** The client that began the import begins it again: what came is kept elsewhere. */
  async dropImport(name: string): Promise<void> {
    const { records, backend } = this.#parts;
    const record = records.get(name);
    if (record?.stage !== 'importing') return;
    // Storage of another identity was there before.
    const found = (await backend.list()).find((seen) => seen.name === name);
    if (found === undefined || found.uid === record.uid) await backend.remove(name);
    records.forget(name);
  }

  /** Of storage that no record speaks of. */
  async removeStray(name: string): Promise<void> {
    await this.#parts.backend.remove(name);
  }

  /**
   * A creation that failed, perhaps after its storage was made: the disk of the store was full. What stood in its place
   * before, under another identity, is nobody's to remove.
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
