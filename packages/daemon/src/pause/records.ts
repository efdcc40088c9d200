import { type ContainerRef, cellFromKey, cellKey, type PauseReason } from '@capsule/core';
import type { Database, Row, RowCache } from '@capsule/engine';

/** Reasons for which containers are paused. Written by `PauseCommands` alone. */
export class PauseRecords {
  readonly #db: Database;
  /** By the key of the cell, and the name of the container. */
  readonly #cache: RowCache;

  constructor(db: Database) {
    this.#db = db;
    this.#cache = db.cache('pause');
  }

  /** Returns the reasons of one container. */
  reasonsOf({ cell, container }: ContainerRef): readonly PauseReason[] {
    const key = cellKey(cell);
    const sql = 'SELECT reason FROM pause WHERE cell = ? AND container = ?';
    return this.#cache.get(key, container, () =>
      this.#db.all(sql, key, container).map(({ reason }) => reason as PauseReason),
    );
  }

  /** Returns the containers that are paused for a reason. */
  heldFor(reason: PauseReason): ContainerRef[] {
    return this.#db
      .all('SELECT cell, container FROM pause WHERE reason = ? ORDER BY cell, container', reason)
      .map(refFromRow);
  }

  /** Stores a reason. Idempotent. */
  add({ cell, container }: ContainerRef, reason: PauseReason): void {
    this.#db.run(
      'INSERT OR IGNORE INTO pause (cell, container, reason) VALUES (?, ?, ?)',
      ...[this.#change(cell), container, reason],
    );
  }

  remove({ cell, container }: ContainerRef, reason: PauseReason): void {
    this.#db.run(
      'DELETE FROM pause WHERE cell = ? AND container = ? AND reason = ?',
      ...[this.#change(cell), container, reason],
    );
  }

  /** Removes all reasons of one container. */
  clear({ cell, container }: ContainerRef): void {
    const sql = 'DELETE FROM pause WHERE cell = ? AND container = ?';
    this.#db.run(sql, this.#change(cell), container);
  }

  #change(cell: ContainerRef['cell']): string {
    const key = cellKey(cell);
    this.#cache.change(key);
    return key;
  }
}

function refFromRow(row: Row): ContainerRef {
  return { cell: cellFromKey(String(row['cell'])), container: String(row['container']) };
}
