import type {
  SnapshotOrigin,
  SnapshotRecord,
  SnapshotRef,
  SnapshotStage,
  VolumeFilling,
} from '@capsule/core';
import type { Database, Row } from '@capsule/engine';

/** Snapshots that were asked for. Written by `SnapshotKeeper` alone. */
export class Snapshots {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** By volume, each in the order in which they were taken: the clock may have been set meanwhile. */
  list(): SnapshotRecord[] {
    return this.#db.all('SELECT * FROM snapshot ORDER BY volume, rowid').map(recordFromRow);
  }

  /** Of one volume, in the order in which they were taken. */
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

  insert(record: Omit<SnapshotRecord, 'stage'>): void {
    const { volume, snapshot, origin, sizeBytes, filling, createdAt } = record;
    this.#db.run(
      `INSERT INTO snapshot (volume, name, origin, stage, size_bytes, filling, created_at)
       VALUES (?, ?, ?, 'creating', ?, ?, ?)`,
      ...[volume, snapshot, origin, sizeBytes, filling, createdAt],
    );
  }

  setStage({ volume, snapshot }: SnapshotRef, stage: SnapshotStage): void {
    this.#db.run(
      'UPDATE snapshot SET stage = ? WHERE volume = ? AND name = ?',
      ...[stage, volume, snapshot],
    );
  }

  remove({ volume, snapshot }: SnapshotRef): void {
    this.#db.run('DELETE FROM snapshot WHERE volume = ? AND name = ?', volume, snapshot);
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
