import { randomUUID } from 'node:crypto';
import {
  type CellId,
  cellKey,
  type SnapshotRecord,
  type SnapshotSchedule,
  type VolumeFilling,
  type VolumeRecord,
  type VolumeSpec,
} from '@capsule/core';
import type { Database } from '@capsule/engine';
import { checkVolumeGrowth } from './check-spec.ts';
import { volumeError } from './errors.ts';
import { type ImportReceipt, receiptFromRow, volumeFromRow } from './from-row.ts';
import { describeHolder } from './holder.ts';
import { isHeldBy } from './is-held-by.ts';
import { STAGE_WORDS } from './stage-words.ts';

/** The stored volumes and their holders. The one writer of `volume`; each change is one transition. */
export class VolumeRecords {
  readonly #db: Database;
  readonly #now: () => number;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  list(): VolumeRecord[] {
    return this.#db.all('SELECT * FROM volume ORDER BY name').map(volumeFromRow);
  }

  get(name: string): VolumeRecord | undefined {
    const row = this.#db.get('SELECT * FROM volume WHERE name = ?', name);
    return row === undefined ? undefined : volumeFromRow(row);
  }

  heldBy(cell: CellId): VolumeRecord[] {
    return this.list().filter((record) => isHeldBy(record, cell));
  }

  /** Returns a volume that is ready. Fails with `VOLUME_NOT_FOUND` and `VOLUME_NOT_READY`. */
  ready(name: string): VolumeRecord {
    const record = this.get(name);
    if (record === undefined) throw volumeError.NOT_FOUND({ name });
    if (record.stage === 'ready') return record;
    throw volumeError.NOT_READY({ name, stage: STAGE_WORDS[record.stage] });
  }

  /** Returns a volume that is ready and detached. Fails as `ready`, and with `VOLUME_IN_USE`. */
  detached(name: string): VolumeRecord {
    const record = this.ready(name);
    if (record.holder !== undefined) throw this.inUse(name, record.holder);
    return record;
  }

  /** Returns the error `VOLUME_IN_USE`, which names the holder and the command that stops it. */
  inUse(name: string, holder: CellId) {
    return volumeError.IN_USE({ name, ...describeHolder(this.#db, holder) });
  }

  /** Fails with `VOLUME_EXISTS`. */
  checkFree(name: string): void {
    const existing = this.get(name);
    if (existing !== undefined) throw volumeError.EXISTS({ name, now: existing.sizeBytes });
  }

  /** Returns the import of a volume's whole content; undefined once the volume was used or changed. */
  receiptOf(name: string): ImportReceipt | undefined {
    const row = this.#db.get(
      "SELECT imported FROM volume WHERE name = ? AND stage = 'ready' AND imported IS NOT NULL",
      name,
    );
    return row === undefined ? undefined : receiptFromRow(row);
  }

  /** Returns the result of `change` and rolls it back. */
  rehearse<T>(change: () => T): T {
    return this.#db.rehearse(change);
  }

  /** Stores a volume that is to be created. Returns an existing record instead, and changes nothing then. */
  declare(spec: VolumeSpec, uid: string = randomUUID()): VolumeRecord | undefined {
    return this.#db.transaction(() => {
      const stored = this.get(spec.name);
      if (stored === undefined) this.#insert({ ...spec, uid, stage: 'creating', filling: 'due' });
      return stored;
    });
  }

  /** Stores a volume that is to be created from a snapshot. Fails with `VOLUME_EXISTS`. */
  declareClone(to: { readonly name: string; readonly uid: string }, of: SnapshotRecord): void {
    const { volume, snapshot, sizeBytes, filling } = of;
    this.checkFree(to.name);
    // The copy of a half-filled volume is half filled, too.
    const source = { volume, snapshot };
    this.#insert({ ...to, sizeBytes, stage: 'creating', filling, source });
  }

  /** Stores a volume that an import is to fill. Fails with `VOLUME_EXISTS`. */
  declareImport({ name, sizeBytes }: VolumeSpec, uid: string): void {
    this.checkFree(name);
    this.#insert({ name, sizeBytes, uid, stage: 'importing', filling: 'done' });
  }

  /** Stores a volume for existing storage, which may hold data. */
  adopt({ name, sizeBytes }: VolumeSpec, uid: string): void {
    this.#insert({ name, sizeBytes, uid, stage: 'ready', filling: 'done' });
  }

  /** Marks a volume as ready. Its source no longer matters. */
  markReady(name: string): void {
    this.#db.run(
      `UPDATE volume SET stage = 'ready', source_volume = NULL, source_name = NULL, imported = NULL
       WHERE name = ?`,
      name,
    );
  }

  /** Marks a volume as ready, with the content of an import. */
  markImported(name: string, receipt: ImportReceipt): void {
    this.#db.run(
      "UPDATE volume SET stage = 'ready', imported = ? WHERE name = ?",
      ...[JSON.stringify(receipt), name],
    );
  }

  /** Marks a volume for the restore of a snapshot. Fails as `detached`. */
  beginRestore({ volume: name, snapshot, filling }: SnapshotRecord): void {
    this.detached(name);
    this.#db.run(
      `UPDATE volume SET stage = 'restoring', filling = ?, source_volume = ?, source_name = ?
       WHERE name = ?`,
      ...[filling, name, snapshot, name],
    );
  }

  beginDelete(name: string): void {
    this.#db.run("UPDATE volume SET stage = 'deleting' WHERE name = ?", name);
  }

  /** Removes the record of a volume without storage. */
  forget(name: string): void {
    this.#db.run('DELETE FROM volume WHERE name = ?', name);
  }

  /** Stores a larger size and returns the earlier one. Fails as `ready`, and with `VOLUME_SHRINKS`. */
  grow(spec: VolumeSpec): number {
    const before = this.ready(spec.name);
    checkVolumeGrowth(before, spec);
    this.#db.run('UPDATE volume SET size_bytes = ? WHERE name = ?', spec.sizeBytes, spec.name);
    return before.sizeBytes;
  }

  schedule(name: string, schedule: SnapshotSchedule | undefined): void {
    this.#db.run(
      'UPDATE volume SET schedule_every = ?, schedule_keep = ? WHERE name = ?',
      ...[schedule?.everySeconds ?? null, schedule?.keep ?? null, name],
    );
  }

  /** Leases a volume to a cell. Fails as `ready`, and with `VOLUME_IN_USE`. */
  attach(name: string, cell: CellId): VolumeRecord {
    const record = this.ready(name);
    if (record.holder && !isHeldBy(record, cell)) throw this.inUse(name, record.holder);
    this.#setHolder(name, cellKey(cell));
    return record;
  }

  release(name: string): void {
    this.#setHolder(name, null);
  }

  markFilling(name: string, filling: VolumeFilling): void {
    this.#db.run('UPDATE volume SET filling = ? WHERE name = ?', filling, name);
  }

  #setHolder(name: string, holder: string | null): void {
    // The holder writes to the volume, so the import no longer describes it.
    this.#db.run('UPDATE volume SET holder = ?, imported = NULL WHERE name = ?', holder, name);
  }

  #insert(volume: Omit<VolumeRecord, 'createdAt'>): void {
    const { name, uid, sizeBytes, stage, filling, source, snapshotSchedule } = volume;
    this.#db.run(
      `INSERT INTO volume (name, uid, size_bytes, stage, filling, source_volume, source_name,
         schedule_every, schedule_keep, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[name, uid, sizeBytes, stage, filling, source?.volume ?? null, source?.snapshot ?? null],
      ...[snapshotSchedule?.everySeconds ?? null, snapshotSchedule?.keep ?? null, this.#now()],
    );
  }
}
