import type {
  SnapshotRef,
  SnapshotSchedule,
  VolumeFilling,
  VolumeRecord,
  VolumeStage,
} from '@capsule/core';
import type { Database, Row } from '@capsule/engine';

/** The import that a volume came of, as its client has it. */
export interface ImportReceipt {
  readonly id: string;
  readonly totalBytes: number;
  readonly sha256: string;
  /** What could not be kept of files. */
  readonly warnings: readonly string[];
}

/** What is kept, and who holds it. Written by `VolumeKeeper`, and `filling` by `VolumeFiller`. */
export class Volumes {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  list(): VolumeRecord[] {
    return this.#db.all('SELECT * FROM volume ORDER BY name').map(recordFromRow);
  }

  get(name: string): VolumeRecord | undefined {
    const row = this.#db.get('SELECT * FROM volume WHERE name = ?', name);
    return row === undefined ? undefined : recordFromRow(row);
  }

  heldBy(workload: string): VolumeRecord[] {
    return this.#db
      .all('SELECT * FROM volume WHERE holder = ? ORDER BY name', workload)
      .map(recordFromRow);
  }

  insert(volume: Omit<VolumeRecord, 'stage' | 'filling'>): void {
    const { name, uid, sizeBytes, createdAt, source, snapshotSchedule } = volume;
    this.#db.run(
      `INSERT INTO volume (name, uid, size_bytes, stage, filling, source_volume, source_name, created_at)
       VALUES (?, ?, ?, 'creating', ?, ?, ?, ?)`,
      ...[name, uid, sizeBytes, source === undefined ? 'due' : 'done'],
      ...[source?.volume ?? null, source?.snapshot ?? null, createdAt],
    );
    this.setSchedule(name, snapshotSchedule);
  }

  setStage(name: string, stage: VolumeStage): void {
    this.#db.run('UPDATE volume SET stage = ? WHERE name = ?', stage, name);
  }

  /** Whole again: what it was made of, or restored from, is of no meaning any more. */
  setReady(name: string): void {
    this.#db.run(
      `UPDATE volume SET stage = 'ready', source_volume = NULL, source_name = NULL, imported = NULL
       WHERE name = ?`,
      name,
    );
  }

  /** The same, of one that holds what an import has brought. */
  setImported(name: string, receipt: ImportReceipt): void {
    this.#db.run(
      "UPDATE volume SET stage = 'ready', imported = ? WHERE name = ?",
      ...[JSON.stringify(receipt), name],
    );
  }

  /** The import that brought all that is in a volume: undefined once it was used, or holds something else. */
  imported(name: string): ImportReceipt | undefined {
    const row = this.#db.get(
      "SELECT imported FROM volume WHERE name = ? AND stage = 'ready' AND imported IS NOT NULL",
      name,
    );
    return row === undefined ? undefined : (JSON.parse(String(row['imported'])) as ImportReceipt);
  }

  setRestoring(
    name: string,
    { volume, snapshot, filling }: SnapshotRef & Pick<VolumeRecord, 'filling'>,
  ): void {
    this.#db.run(
      `UPDATE volume SET stage = 'restoring', filling = ?, source_volume = ?, source_name = ?
       WHERE name = ?`,
      ...[filling, volume, snapshot, name],
    );
  }

  setSchedule(name: string, schedule: SnapshotSchedule | undefined): void {
    this.#db.run(
      'UPDATE volume SET schedule_every = ?, schedule_keep = ? WHERE name = ?',
      ...[schedule?.everySeconds ?? null, schedule?.keep ?? null, name],
    );
  }

  setSize(name: string, sizeBytes: number): void {
    this.#db.run('UPDATE volume SET size_bytes = ? WHERE name = ?', sizeBytes, name);
  }

  setFilling(name: string, filling: VolumeFilling): void {
    this.#db.run('UPDATE volume SET filling = ? WHERE name = ?', filling, name);
  }

  setHolder(name: string, workload: string | undefined): void {
    // Who holds it writes to it.
    this.#db.run(
      'UPDATE volume SET holder = ?, imported = NULL WHERE name = ?',
      ...[workload ?? null, name],
    );
  }

  remove(name: string): void {
    this.#db.run('DELETE FROM volume WHERE name = ?', name);
  }
}

function recordFromRow(row: Row): VolumeRecord {
  return {
    name: String(row['name']),
    uid: String(row['uid']),
    sizeBytes: Number(row['size_bytes']),
    stage: row['stage'] as VolumeStage,
    filling: row['filling'] as VolumeFilling,
    createdAt: Number(row['created_at']),
    ...(row['holder'] === null ? {} : { holder: String(row['holder']) }),
    ...(row['source_name'] === null ? {} : { source: sourceFromRow(row) }),
    ...(row['schedule_every'] === null ? {} : { snapshotSchedule: scheduleFromRow(row) }),
  };
}

function sourceFromRow(row: Row): SnapshotRef {
  return { volume: String(row['source_volume']), snapshot: String(row['source_name']) };
}

function scheduleFromRow(row: Row): SnapshotSchedule {
  return { everySeconds: Number(row['schedule_every']), keep: Number(row['schedule_keep']) };
}
