import type { Database, Row } from '@capsule/engine';
import { type AuditEntry, type AuditRecord, hashOf } from './record.ts';

/** Records that are kept; the oldest go, in groups. */
const KEPT = { records: 50_000, group: 1000 } as const;
/** Of one text, so that no caller makes a record large. */
const TEXT_MOST = 256;
const FIRST_PREVIOUS = new Uint8Array(0);

export interface AuditVerdict {
  readonly records: number;
  /** The first record that does not fit; undefined: the chain is intact. */
  readonly brokenAt: number | undefined;
  readonly firstKept: number;
}

/**
 * The chain of recorded calls. `append` returns when the record is on the disk. The one writer of `audit` and `audit_head`.
 *
 * It shows a change of the stored records to everyone who kept the hash of a later one; it does not hide from root,
 * who could compute the whole chain again.
 */
export class AuditLog {
  readonly #db: Database;
  readonly #listeners = new Set<() => void>();
  readonly #kept: { readonly records: number; readonly group: number };

  constructor(db: Database, kept: { readonly records: number; readonly group: number } = KEPT) {
    this.#db = db;
    this.#kept = kept;
  }

  append(entry: AuditEntry): void {
    this.#db.transaction(() => {
      const head = this.#head();
      const sequence = head.sequence + 1;
      this.#insert({ ...clipped(entry), sequence, previous: head.hash });
      if (sequence % this.#kept.group === 0) this.#drop(sequence - this.#kept.records);
      this.#db.afterCommit(() => {
        for (const listener of this.#listeners) listener();
      });
    });
  }

  /** Records behind `after`, oldest first, at most `most`. */
  read(after: number, most: number): AuditRecord[] {
    const sql = 'SELECT * FROM audit WHERE sequence > ? ORDER BY sequence LIMIT ?';
    return this.#db.all(sql, after, most).map(recordFromRow);
  }

  lastSequence(): number {
    return this.#head().sequence;
  }

  /** Calls `listener` after every record, until the result is disposed. */
  follow(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** Checks `most` records at a time, so that other calls go on in between. */
  async verify(most = 1000): Promise<AuditVerdict> {
    const firstKept = this.read(0, 1)[0]?.sequence ?? 0;
    let before: AuditRecord | undefined;
    for (;;) {
      const page = this.read(before?.sequence ?? 0, most);
      if (page.length === 0) break;
      for (const record of page) {
        if (!fits(record, before)) return verdict(firstKept, before, record.sequence);
        before = record;
      }
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    return verdict(firstKept, before, this.#missing(firstKept, before));
  }

  /** The first record that was removed from an end of the chain; undefined: none. */
  #missing(firstKept: number, last: AuditRecord | undefined): number | undefined {
    const head = this.#head();
    if ((last?.sequence ?? 0) < head.sequence) return (last?.sequence ?? 0) + 1;
    // The oldest go in groups, and only when enough later ones are kept.
    const isDropped = firstKept > 1 && (firstKept - 1) % this.#kept.group === 0;
    const isEnough = head.sequence - firstKept + 1 >= this.#kept.records;
    return firstKept <= 1 || (isDropped && isEnough) ? undefined : firstKept - 1;
  }

  #head(): { readonly sequence: number; readonly hash: Uint8Array } {
    const row = this.#db.get('SELECT sequence, hash FROM audit_head');
    if (row === undefined) return { sequence: 0, hash: FIRST_PREVIOUS };
    return { sequence: Number(row['sequence']), hash: row['hash'] as Uint8Array };
  }

  #insert(record: Omit<AuditRecord, 'hash'>): void {
    const { sequence, at, who, kid, origin, rpc, object, result, previous } = record;
    const hash = hashOf(record);
    this.#db.run(
      `INSERT INTO audit (sequence, at, who, kid, origin, rpc, object, result, previous, hash)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[sequence, at, who, kid, origin, rpc, object, result, previous, hash],
    );
    const sql = 'INSERT OR REPLACE INTO audit_head (one, sequence, hash) VALUES (1, ?, ?)';
    this.#db.run(sql, sequence, hash);
  }

  #drop(upTo: number): void {
    this.#db.run('DELETE FROM audit WHERE sequence <= ?', upTo);
  }
}

function verdict(
  firstKept: number,
  last: AuditRecord | undefined,
  brokenAt: number | undefined,
): AuditVerdict {
  return { records: last === undefined ? 0 : last.sequence - firstKept + 1, brokenAt, firstKept };
}

/** The oldest kept record has its hash checked, and the next ones also that they follow. */
function fits(record: AuditRecord, before: AuditRecord | undefined): boolean {
  const isOwn = hashOf(record).equals(record.hash);
  if (before === undefined) return isOwn && (record.sequence > 1 || record.previous.length === 0);
  const follows = Buffer.from(before.hash).equals(record.previous);
  return isOwn && follows && record.sequence === before.sequence + 1;
}

function clipped(entry: AuditEntry): AuditEntry {
  const clip = (text: string) => (text.length > TEXT_MOST ? `${text.slice(0, TEXT_MOST)}…` : text);
  return { ...entry, who: clip(entry.who), object: clip(entry.object), rpc: clip(entry.rpc) };
}

function recordFromRow(row: Row): AuditRecord {
  const text = (name: string) => String(row[name]);
  return {
    sequence: Number(row['sequence']),
    at: Number(row['at']),
    who: text('who'),
    kid: text('kid'),
    origin: text('origin'),
    rpc: text('rpc'),
    object: text('object'),
    result: text('result'),
    previous: row['previous'] as Uint8Array,
    hash: row['hash'] as Uint8Array,
  };
}
