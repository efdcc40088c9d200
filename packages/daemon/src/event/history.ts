import type { EventSeverity, StoredEvent } from '@capsule/core';
import type { Database, Row } from '@capsule/engine';
import { KEPT_IN_ALL } from './recorder.ts';

export interface EventQuery {
  /** Subjects of the events; empty for all. */
  readonly subjects: readonly string[];
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Only events after the one with this id. */
  readonly afterId: number;
  /** At most the last n events; undefined for all. */
  readonly tail?: number | undefined;
}

/** Reads events, also those of deleted objects; oldest first. */
export class EventHistory {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  list(subject: string, most: number): StoredEvent[] {
    return this.#db
      .all('SELECT * FROM event WHERE subject = ? ORDER BY id DESC LIMIT ?', subject, most)
      .map(eventFromRow)
      .reverse();
  }

  /** Returns the stored events, oldest first. */
  find({ subjects, since, afterId, tail }: EventQuery): StoredEvent[] {
    const places = subjects.map(() => '?').join(', ');
    const chosen = subjects.length === 0 ? '' : `AND subject IN (${places})`;
    return this.#db
      .all(
        `SELECT * FROM event WHERE id > ? AND at >= ? ${chosen} ORDER BY id DESC LIMIT ?`,
        afterId,
        since,
        ...subjects,
        tail ?? KEPT_IN_ALL,
      )
      .map(eventFromRow)
      .reverse();
  }
}

function eventFromRow(row: Row): StoredEvent {
  return {
    id: Number(row['id']),
    subject: String(row['subject']),
    uid: String(row['uid']),
    at: Number(row['at']),
    severity: row['severity'] as EventSeverity,
    reason: String(row['reason']),
    message: String(row['message']),
    ...(row['exit_code'] === null ? {} : { exitCode: Number(row['exit_code']) }),
    ...(row['exit_signal'] === null ? {} : { exitSignal: Number(row['exit_signal']) }),
    ...(row['oom_killed'] === 0 ? {} : { oomKilled: true }),
  };
}
