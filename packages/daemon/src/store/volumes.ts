import type { VolumeFilling, VolumeRecord, VolumeStage } from '@capsule/core';
import type { Database, Row } from '@capsule/engine';

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

  insert({ name, uid, sizeBytes, createdAt }: Omit<VolumeRecord, 'stage' | 'filling'>): void {
    this.#db.run(
      `INSERT INTO volume (name, uid, size_bytes, stage, filling, created_at)
       VALUES (?, ?, ?, 'creating', 'due', ?)`,
      ...[name, uid, sizeBytes, createdAt],
    );
  }

  setStage(name: string, stage: VolumeStage): void {
    this.#db.run('UPDATE volume SET stage = ? WHERE name = ?', stage, name);
  }

  setSize(name: string, sizeBytes: number): void {
    this.#db.run('UPDATE volume SET size_bytes = ? WHERE name = ?', sizeBytes, name);
  }

  setFilling(name: string, filling: VolumeFilling): void {
    this.#db.run('UPDATE volume SET filling = ? WHERE name = ?', filling, name);
  }

  setHolder(name: string, workload: string | undefined): void {
    this.#db.run('UPDATE volume SET holder = ? WHERE name = ?', workload ?? null, name);
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
  };
}
