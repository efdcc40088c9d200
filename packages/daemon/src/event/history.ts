import type { EventSeverity, StoredEvent, SubjectChoice } from '@capsule/core';
import type { Database, Row } from '@capsule/engine';
import { KEPT_IN_ALL } from './recorder.ts';

export interface EventQuery {
  /** The subjects of the events; empty for all. */
  readonly subjects: readonly Pick<SubjectChoice, 'subject' | 'prefix'>[];
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
    const chosen = subjects.map(({ prefix }) =>
      prefix === undefined ? 'subject = ?' : 'subject >= ? AND subject < ?',
    );
    const among = subjects.length === 0 ? '' : `AND (${chosen.join(' OR ')})`;
    return this.#db
      .all(
        `SELECT * FROM event WHERE id > ? AND at >= ? ${among} ORDER BY id DESC LIMIT ?`,
        afterId,
        since,
        ...subjects.flatMap(boundsOf),
        tail ?? KEPT_IN_ALL,
      )
      .map(eventFromRow)
      .reverse();
  }
}

/** The bounds of a prefix are itself and the first word behind all that begin with it. */
function boundsOf({ subject, prefix }: EventQuery['subjects'][number]): readonly string[] {
  if (prefix === undefined) return [subject ?? ''];
  const last = prefix.charCodeAt(prefix.length - 1);
  return [prefix, `${prefix.slice(0, -1)}${String.fromCharCode(last + 1)}`];
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
