import type { EventSeverity, StoredEvent, WorkloadEvent } from '@capsule/core';
import type { Database, Row } from '@capsule/engine';

/** How many events are kept of each workload. */
const KEPT = 100;

/** What happened to each workload, oldest first. Written by `WorkloadObserver` alone. */
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
    });
  }

  forget(subject: string): void {
    this.#db.run('DELETE FROM event WHERE subject = ?', subject);
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
