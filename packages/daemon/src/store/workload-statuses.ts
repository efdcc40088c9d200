import { FIRST_STATUS, type WorkloadStatus } from '@capsule/core';
import type { Database } from '@capsule/engine';

/** What is seen of workloads. Written by `WorkloadObserver` alone. */
export class WorkloadStatuses {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The first status for a workload that nobody has looked at. */
  get(name: string): WorkloadStatus {
    const row = this.#db.get('SELECT body FROM workload_status WHERE name = ?', name);
    if (row === undefined) return FIRST_STATUS;
    return { ...FIRST_STATUS, ...(JSON.parse(String(row['body'])) as WorkloadStatus) };
  }

  /** Without effect when the workload is gone. */
  put(name: string, status: WorkloadStatus): void {
    this.#db.run(
      `INSERT INTO workload_status (name, body)
       SELECT name, ? FROM workload_spec WHERE name = ?
       ON CONFLICT (name) DO UPDATE SET body = excluded.body`,
      JSON.stringify(status),
      name,
    );
  }
}
