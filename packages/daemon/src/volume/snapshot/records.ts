import {
  formatSnapshotRef,
  type SnapshotOrigin,
  type SnapshotRecord,
  type SnapshotRef,
  type SnapshotStage,
  type VolumeFilling,
  type VolumeRecord,
} from '@capsule/core';
import type { Database, Row } from '@capsule/engine';
import { snapshotError } from './errors.ts';

/** The stored snapshots. The one writer of `snapshot`; each change is one transition. */
export class SnapshotRecords {
  readonly #db: Database;
  readonly #now: () => number;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /**
   * Returns all snapshots by volume, in the order in which they were taken: the clock may have been
   * set meanwhile.
   */
  list(): SnapshotRecord[] {
    return this.#db.all('SELECT * FROM snapshot ORDER BY volume, rowid').map(recordFromRow);
  }

  /** Returns the snapshots of one volume, in the order in which they were taken. */
  of(volume: string): SnapshotRecord[] {
    return this.#db
      .all('SELECT * FROM snapshot WHERE volume = ? ORDER BY rowid', volume)
      .map(recordFromRow);
  }

  get({ volume, snapshot }: SnapshotRef): SnapshotRecord | undefined {
    const row = this.#db.get(
      'SELECT * FROM snapshot WHERE volume = ? AND name = ?',
      ...[volume, snapshot],
    );
    return row === undefined ? undefined : recordFromRow(row);
  }

  /** Fails with `SNAPSHOT_NOT_FOUND` and `SNAPSHOT_NOT_READY`. */
  ready(ref: SnapshotRef): SnapshotRecord {
    const record = this.get(ref);
    const name = formatSnapshotRef(ref);
    if (record === undefined) throw snapshotError.NOT_FOUND({ name });
    if (record.stage === 'ready') return record;
    const stage = record.stage === 'creating' ? 'being taken' : 'being deleted';
    throw snapshotError.NOT_READY({ name, stage });
  }

  /** Stores a snapshot that is to be taken of a volume. Fails with `SNAPSHOT_EXISTS`. */
  declare(
    snapshot: string,
    origin: SnapshotOrigin,
    { name: volume, sizeBytes, filling }: VolumeRecord,
  ): void {
    const ref = { volume, snapshot };
    if (this.get(ref) !== undefined) throw snapshotError.EXISTS({ name: formatSnapshotRef(ref) });
    this.#insert({ ...ref, origin, stage: 'creating', sizeBytes, filling });
  }

  /** Stores a snapshot for existing storage, which may hold data. */
  adopt(ref: SnapshotRef, sizeBytes: number): void {
    const { volume, snapshot } = ref;
    this.#insert({ volume, snapshot, origin: 'asked', stage: 'ready', sizeBytes, filling: 'done' });
  }

  markReady(ref: SnapshotRef): void {
    this.#setStage(ref, 'ready');
  }

  beginDelete(ref: SnapshotRef): void {
    this.#setStage(ref, 'deleting');
  }

  /** Removes the record of a snapshot without storage. */
  forget({ volume, snapshot }: SnapshotRef): void {
    this.#db.run('DELETE FROM snapshot WHERE volume = ? AND name = ?', volume, snapshot);
  }

  #setStage({ volume, snapshot }: SnapshotRef, stage: SnapshotStage): void {
    this.#db.run(
      'UPDATE snapshot SET stage = ? WHERE volume = ? AND name = ?',
      ...[stage, volume, snapshot],
    );
  }

  #insert(record: Omit<SnapshotRecord, 'createdAt'>): void {
    const { volume, snapshot, origin, stage, sizeBytes, filling } = record;
    this.#db.run(
      `INSERT INTO snapshot (volume, name, origin, stage, size_bytes, filling, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      ...[volume, snapshot, origin, stage, sizeBytes, filling, this.#now()],
    );
  }
}

function recordFromRow(row: Row): SnapshotRecord {
  return {
    volume: String(row['volume']),
    snapshot: String(row['name']),
    origin: row['origin'] as SnapshotOrigin,
    stage: row['stage'] as SnapshotStage,
    sizeBytes: Number(row['size_bytes']),
    filling: row['filling'] as VolumeFilling,
    createdAt: Number(row['created_at']),
  };
}
