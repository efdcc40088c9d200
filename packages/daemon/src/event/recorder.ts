import type { WorkloadEvent } from '@capsule/core';
import type { Database } from '@capsule/engine';

/** Limits of the stored events, for each subject and in total. */
const KEPT = 200;
export const KEPT_IN_ALL = 10_000;
/** Older events are deleted in batches: a delete after each append would double its cost. */
const CLEARED_EVERY = 64;

/** The object that an event concerns. */
export interface EventSubject {
  /** See `subjectsOfName`. */
  readonly subject: string;
  readonly uid: string;
}

/** Stores a bounded number of events. The one writer of `event`. */
export class EventRecorder {
  readonly #db: Database;
  readonly #now: () => number;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /** Stores an event with the present time. */
  append(of: EventSubject, event: Omit<WorkloadEvent, 'at'>): void {
    this.#db.transaction(() => {
      this.#insert(of, event);
      this.#db.run(
        `DELETE FROM event WHERE subject = ?1 AND id <=
           (SELECT id FROM event WHERE subject = ?1 ORDER BY id DESC LIMIT 1 OFFSET ${KEPT})`,
        of.subject,
      );
      const last = Number(this.#db.get('SELECT max(id) AS id FROM event')?.['id'] ?? 0);
      if (last % CLEARED_EVERY === 0) {
        this.#db.run('DELETE FROM event WHERE id <= ?', last - KEPT_IN_ALL);
      }
    });
  }

  #insert({ subject, uid }: EventSubject, event: Omit<WorkloadEvent, 'at'>): void {
    this.#db.run(
      `INSERT INTO event (subject, uid, at, severity, reason, message, exit_code, exit_signal, oom_killed)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[subject, uid, this.#now(), event.severity, event.reason, event.message],
      ...[event.exitCode ?? null, event.exitSignal ?? null, event.oomKilled === true ? 1 : 0],
    );
  }
}
