import { hasEnded, type SlotName, type UpdateRecord, type UpdateState } from '@capsule/core';
import type { Database, Row } from '@capsule/engine';

/** An update with its times, in milliseconds since 1970 by the clock of the machine. */
export interface StoredUpdate extends UpdateRecord {
  readonly id: number;
  readonly startedAt: number;
  readonly endedAt?: number;
}

/** The number of updates that the history keeps. */
const KEPT = 100;

/** The stored updates. The one writer of `update_record`. */
export class UpdateRecords {
  readonly #db: Database;
  readonly #now: () => number;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /** Returns all updates, the newest first. */
  list(): readonly StoredUpdate[] {
    return this.#db.all('SELECT * FROM update_record ORDER BY id DESC').map(updateFromRow);
  }

  /** Returns the newest update. */
  last(): StoredUpdate | undefined {
    const row = this.#db.get('SELECT * FROM update_record ORDER BY id DESC LIMIT 1');
    return row === undefined ? undefined : updateFromRow(row);
  }

  /** Returns the version that a slot holds, as far as the history knows. */
  versionIn(slot: SlotName): string | undefined {
    const known = this.list().flatMap(({ to, from, state }) => [
      ...(state === 'failed' ? [] : [to]),
      from,
    ]);
    return known.find((side) => side.slot === slot)?.version;
  }

  /** Stores a new update, and removes the oldest beyond the limit. Returns its id. */
  begin(update: UpdateRecord): number {
    return this.#db.transaction(() => {
      const sql = 'INSERT INTO update_record (body, started_at, ended_at) VALUES (?, ?, ?)';
      const now = this.#now();
      this.#db.run(sql, JSON.stringify(update), now, hasEnded(update) ? now : null);
      const id = Number(this.#db.get('SELECT max(id) AS id FROM update_record')?.['id']);
      this.#db.run('DELETE FROM update_record WHERE id <= ?', id - KEPT);
      return id;
    });
  }

  /** Moves the newest update to its next state. Does nothing if it has ended, or if there is none. */
  move(state: UpdateState, reason?: string): void {
    this.#change((last) => !hasEnded(last), { state, ...(reason !== undefined && { reason }) });
  }

  /** Adds the trace of the failed boots to the newest update. Does nothing if it has one, or if there is none. */
  keepLog(log: readonly string[]): void {
    this.#change((last) => last.log === undefined, { log });
  }

  #change(applies: (last: StoredUpdate) => boolean, more: Partial<UpdateRecord>): void {
    this.#db.transaction(() => {
      const last = this.last();
      if (last === undefined || !applies(last)) return;
      const { id, startedAt: _, endedAt, ...update } = last;
      const next = { ...update, ...more };
      const ended = hasEnded(next) ? (endedAt ?? this.#now()) : null;
      const sql = 'UPDATE update_record SET body = ?, ended_at = ? WHERE id = ?';
      this.#db.run(sql, JSON.stringify(next), ended, id);
    });
  }
}

function updateFromRow(row: Row): StoredUpdate {
  const ended = row['ended_at'];
  return {
    ...(JSON.parse(String(row['body'])) as UpdateRecord),
    id: Number(row['id']),
    startedAt: Number(row['started_at']),
    ...(ended !== null && { endedAt: Number(ended) }),
  };
}
