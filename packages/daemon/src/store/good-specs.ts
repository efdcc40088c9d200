import { cellKey, completeSpec, type WorkloadRecord, type WorkloadSpec } from '@capsule/core';
import type { Database } from '@capsule/engine';

/** A spec that was ready once. */
export interface GoodSpec {
  readonly generation: number;
  readonly spec: WorkloadSpec;
}

/** The last ready spec of each workload, to which a roll-back returns. Written by `UpdateGuard`. */
export class GoodSpecs {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  get({ ref, uid }: Pick<WorkloadRecord, 'ref' | 'uid'>): GoodSpec | undefined {
    const row = this.#db.get(
      'SELECT generation, body FROM cell_good WHERE cell = ? AND uid = ?',
      ...[cellKey(ref.cell), uid],
    );
    if (row === undefined) return undefined;
    const body = JSON.parse(String(row['body'])) as WorkloadSpec;
    return { generation: Number(row['generation']), spec: completeSpec(body) };
  }

  put({ ref, uid, generation, spec }: WorkloadRecord): void {
    this.#db.run(
      `INSERT INTO cell_good (cell, uid, generation, body)
       SELECT key, ?1, ?2, ?3 FROM cell WHERE key = ?4
       ON CONFLICT (cell) DO UPDATE SET uid = ?1, generation = ?2, body = ?3`,
      ...[uid, generation, JSON.stringify(spec), cellKey(ref.cell)],
    );
  }
}
