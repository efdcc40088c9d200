import { type ContainerRef, cellFromKey, cellKey, type PauseReason } from '@capsule/core';
import type { Database, Row } from '@capsule/engine';

/** Reasons for which containers are paused. Written by `PauseCommands` alone. */
export class PauseRecords {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Returns the reasons of one container. */
  reasonsOf({ cell, container }: ContainerRef): PauseReason[] {
    return this.#db
      .all('SELECT reason FROM pause WHERE cell = ? AND container = ?', cellKey(cell), container)
      .map(({ reason }) => reason as PauseReason);
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
      ...[cellKey(cell), container, reason],
    );
  }

  remove({ cell, container }: ContainerRef, reason: PauseReason): void {
    this.#db.run(
      'DELETE FROM pause WHERE cell = ? AND container = ? AND reason = ?',
      ...[cellKey(cell), container, reason],
    );
  }

  /** Removes all reasons of one container. */
  clear({ cell, container }: ContainerRef): void {
    this.#db.run('DELETE FROM pause WHERE cell = ? AND container = ?', cellKey(cell), container);
  }
}

function refFromRow(row: Row): ContainerRef {
  return { cell: cellFromKey(String(row['cell'])), container: String(row['container']) };
}
