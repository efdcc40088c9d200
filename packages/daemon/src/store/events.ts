import type { EventSeverity, StoredEvent, WorkloadEvent } from '@capsule/core';
import type { Database, Row } from '@capsule/engine';

/** How many events are kept of each workload, and of all together. */
const KEPT = 200;
const KEPT_IN_ALL = 10_000;
/** The rest is cleared away now and then: a delete for each append would double its cost. */
const CLEARED_EVERY = 64;

export interface EventQuery {
  /** Of these workloads; empty for all. */
  readonly names: readonly string[];
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Only later ones. */
  readonly afterId: number;
  /** At most the last n; undefined for all. */
  readonly tail?: number | undefined;
}

/**
 * What happened to workloads, also to those that are gone, oldest first; bounded. Written by
 * `WorkloadObserver` alone.
 */
export class Events {
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

  /** What is kept of the past, oldest first. */
  find({ names, since, afterId, tail }: EventQuery): StoredEvent[] {
    const chosen = names.length === 0 ? '' : `AND subject IN (${names.map(() => '?').join(', ')})`;
    return this.#db
      .all(
        `SELECT * FROM event WHERE id > ? AND at >= ? ${chosen} ORDER BY id DESC LIMIT ?`,
        afterId,
        since,
        ...names,
        tail ?? KEPT_IN_ALL,
      )
      .map(eventFromRow)
      .reverse();
  }

  append(
    { name: subject, uid }: { readonly name: string; readonly uid: string },
    event: WorkloadEvent,
  ): void {
    this.#db.transaction(() => {
      this.#db.run(
        `INSERT INTO event (subject, uid, at, severity, reason, message, exit_code, exit_signal, oom_killed)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        subject,
        uid,
        event.at,
        event.severity,
        event.reason,
        event.message,
        event.exitCode ?? null,
        event.exitSignal ?? null,
        event.oomKilled === true ? 1 : 0,
      );
      this.#db.run(
        `DELETE FROM event WHERE subject = ?1 AND id <=
           (SELECT id FROM event WHERE subject = ?1 ORDER BY id DESC LIMIT 1 OFFSET ${KEPT})`,
        subject,
      );
      const last = Number(this.#db.get('SELECT max(id) AS id FROM event')?.['id'] ?? 0);
      if (last % CLEARED_EVERY === 0) {
        this.#db.run('DELETE FROM event WHERE id <= ?', last - KEPT_IN_ALL);
      }
    });
  }
}

function eventFromRow(row: Row): StoredEvent {
  return {
    id: Number(row['id']),
    name: String(row['subject']),
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
