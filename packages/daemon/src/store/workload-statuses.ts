import {
  type CellId,
  type ContainerRef,
  cellKey,
  FIRST_STATUS,
  type WorkloadStatus,
} from '@capsule/core';
import type { Database, RowCache } from '@capsule/engine';

/** Observed statuses of containers. The one writer of `container_status`. */
export class WorkloadStatuses {
  readonly #db: Database;
  /** By the key of the cell, and the name of the container. */
  readonly #cache: RowCache;

  constructor(db: Database) {
    this.#db = db;
    this.#cache = db.cache('container_status');
  }

  /** Returns the stored status, or the initial one of a container that was never inspected. */
  get({ cell, container }: ContainerRef): WorkloadStatus {
    const key = cellKey(cell);
    return this.#cache.get(key, container, () => this.#read(key, container));
  }

  #read(key: string, container: string): WorkloadStatus {
    const sql = 'SELECT body FROM container_status WHERE cell = ? AND container = ?';
    const row = this.#db.get(sql, key, container);
    if (row === undefined) return FIRST_STATUS;
    return { ...FIRST_STATUS, ...(JSON.parse(String(row['body'])) as WorkloadStatus) };
  }

  /** Without effect when the container is gone. */
  put({ cell, container }: ContainerRef, status: WorkloadStatus): void {
    this.#db.run(
      `INSERT INTO container_status (cell, container, body)
       SELECT cell, name, ? FROM container WHERE cell = ? AND name = ?
       ON CONFLICT (cell, container) DO UPDATE SET body = excluded.body`,
      ...[JSON.stringify(status), this.#change(cell), container],
    );
  }

  /** Removes the status of one container, which begins again. */
  forgetContainer({ cell, container }: ContainerRef): void {
    const sql = 'DELETE FROM container_status WHERE cell = ? AND container = ?';
    this.#db.run(sql, this.#change(cell), container);
  }

  /** Removes the statuses of all containers of a cell. */
  forget(cell: CellId): void {
    this.#db.run('DELETE FROM container_status WHERE cell = ?', this.#change(cell));
  }

  #change(cell: CellId): string {
    const key = cellKey(cell);
    this.#cache.change(key);
    return key;
  }
}
