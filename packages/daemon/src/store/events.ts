import type { WorkloadEvent } from '@capsule/core';
import type { Database } from '@capsule/engine';

/** How many events are kept of each workload. */
const KEPT = 100;

/** What happened to each workload, oldest first. Written by `WorkloadObserver` alone. */
export class Events {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  list(subject: string, most: number): WorkloadEvent[] {
    return this.#db
      .all('SELECT * FROM event WHERE subject = ? ORDER BY id DESC LIMIT ?', subject, most)
      .map((row) => ({
        at: Number(row['at']),
        reason: String(row['reason']),
        message: String(row['message']),
      }))
      .reverse();
  }

  append(subject: string, event: WorkloadEvent): void {
    this.#db.transaction(() => {
      this.#db.run(
        'INSERT INTO event (subject, at, reason, message) VALUES (?, ?, ?, ?)',
        subject,
        event.at,
        event.reason,
        event.message,
      );
      this.#db.run(
        `DELETE FROM event WHERE subject = ?1 AND id <=
           (SELECT id FROM event WHERE subject = ?1 ORDER BY id DESC LIMIT 1 OFFSET ${KEPT})`,
        subject,
      );
    });
  }

  forget(subject: string): void {
    this.#db.run('DELETE FROM event WHERE subject = ?', subject);
  }
}
