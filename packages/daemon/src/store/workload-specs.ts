import { randomUUID } from 'node:crypto';
import {
  type ContainerRef,
  completeSpec,
  containerKey,
  type DesiredState,
  refOfWorkload,
  type WorkloadRecord,
  type WorkloadSpec,
} from '@capsule/core';
import type { Database, Row } from '@capsule/engine';

/** What changes beside the spec. */
export interface NextWish {
  readonly desired: DesiredState;
  /** The change needs a new container. */
  readonly isNewRevision?: boolean;
  /** Somebody asked for a start. */
  readonly isNewRun?: boolean;
  /** For a stop, instead of the spec's grace. */
  readonly stopGraceMs?: number | undefined;
}

/** The wishes. Written by `WorkloadConfig` alone, and by `forget` when nothing is left to wish. */
export class WorkloadSpecs {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  list(): WorkloadRecord[] {
    return this.#db.all('SELECT * FROM workload_spec ORDER BY name').map(recordFromRow);
  }

  get(name: string): WorkloadRecord | undefined {
    const row = this.#db.get('SELECT * FROM workload_spec WHERE name = ?', name);
    return row === undefined ? undefined : recordFromRow(row);
  }

  /** The workload whose one container it is; undefined for any other container. */
  of(ref: ContainerRef): WorkloadRecord | undefined {
    const record = this.get(ref.container);
    const isSame = record !== undefined && containerKey(record.ref) === containerKey(ref);
    return isSame ? record : undefined;
  }

  /** A new wish: generation, revision and run 1, and an identity of its own. */
  insert(spec: WorkloadSpec, desired: DesiredState, now: number): void {
    this.#db.run(
      `INSERT INTO workload_spec (name, uid, generation, revision, run, desired, body, created_at)
       VALUES (?, ?, 1, 1, 1, ?, ?, ?)`,
      spec.name,
      randomUUID(),
      desired,
      JSON.stringify(spec),
      now,
    );
  }

  /** The same workload, another wish: the next generation, and what else `next` says. */
  update(spec: WorkloadSpec, next: NextWish): void {
    this.#db.run(
      `UPDATE workload_spec
       SET body = ?, desired = ?, stop_grace_ms = ?, generation = generation + 1,
           revision = revision + ?, run = run + ?
       WHERE name = ?`,
      JSON.stringify(spec),
      next.desired,
      next.stopGraceMs ?? null,
      next.isNewRevision === true ? 1 : 0,
      next.isNewRun === true ? 1 : 0,
      spec.name,
    );
  }

  /** A new workload in the place of one that is being deleted: another identity, no past. */
  replace(spec: WorkloadSpec, desired: DesiredState, now: number): void {
    this.#db.run('DELETE FROM workload_status WHERE name = ?', spec.name);
    this.#db.run(
      `UPDATE workload_spec
       SET body = ?, desired = ?, uid = ?, created_at = ?, generation = generation + 1,
           revision = revision + 1, run = run + 1, stop_grace_ms = NULL
       WHERE name = ?`,
      JSON.stringify(spec),
      desired,
      randomUUID(),
      now,
      spec.name,
    );
  }

  /** Removes the record, unless the wish has changed since it was read. */
  remove(record: WorkloadRecord): boolean {
    const { uid, generation, spec } = record;
    return (
      this.#db.run(
        'DELETE FROM workload_spec WHERE name = ? AND uid = ? AND generation = ?',
        spec.name,
        uid,
        generation,
      ) > 0
    );
  }
}

function recordFromRow(row: Row): WorkloadRecord {
  return {
    ref: refOfWorkload(String(row['name'])),
    role: 'root',
    uid: String(row['uid']),
    generation: Number(row['generation']),
    desired: row['desired'] as DesiredState,
    spec: completeSpec(JSON.parse(String(row['body'])) as WorkloadSpec),
    createdAt: Number(row['created_at']),
    revision: Number(row['revision']),
    run: Number(row['run']),
    ...(row['stop_grace_ms'] === null ? {} : { stopGraceMs: Number(row['stop_grace_ms']) }),
  };
}
