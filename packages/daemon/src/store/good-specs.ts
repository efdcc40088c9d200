import { completeSpec, type WorkloadRecord, type WorkloadSpec } from '@capsule/core';
import type { Database } from '@capsule/engine';

/** A wish that was ready once. */
export interface GoodSpec {
  readonly generation: number;
  readonly spec: WorkloadSpec;
}

/** The last wish of each workload that was ready: what a roll-back returns to. Written by `UpdateGuard`. */
export class GoodSpecs {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  get({ uid, spec }: Pick<WorkloadRecord, 'uid' | 'spec'>): GoodSpec | undefined {
    const row = this.#db.get(
      'SELECT generation, body FROM workload_good WHERE name = ? AND uid = ?',
      spec.name,
      uid,
    );
    if (row === undefined) return undefined;
    const body = JSON.parse(String(row['body'])) as WorkloadSpec;
    return { generation: Number(row['generation']), spec: completeSpec(body) };
  }

  put({ uid, generation, spec }: WorkloadRecord): void {
    this.#db.run(
      `INSERT INTO workload_good (name, uid, generation, body)
       SELECT name, ?1, ?2, ?3 FROM workload_spec WHERE name = ?4
       ON CONFLICT (name) DO UPDATE SET uid = ?1, generation = ?2, body = ?3`,
      uid,
      generation,
      JSON.stringify(spec),
      spec.name,
    );
  }
}
