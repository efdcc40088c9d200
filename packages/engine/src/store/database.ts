import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { describeStoreError } from './store-error.ts';

/** A row as SQLite gives it. */
export type Row = Record<string, unknown>;

/**
 * One SQLite connection with prepared statements kept. Synchronous on purpose: a transaction is a
 * plain function, nothing can interleave with it, and one durable commit costs about 0.2 ms. What the
 * disk refuses fails with `STORE_FULL` or `STORE_UNREADABLE`.
 */
export class Database {
  readonly #path: string;
  readonly #connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string) {
    this.#path = path;
    this.#connection = this.#attempt(() => new DatabaseSync(path));
  }

  exec(sql: string): void {
    this.#attempt(() => this.#connection.exec(sql));
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#attempt(() => this.#statement(sql).all(...values)) as Row[];
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#attempt(() => this.#statement(sql).get(...values)) as Row | undefined;
  }

  /** Answers the number of rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#attempt(() => this.#statement(sql).run(...values)).changes);
  }

  /**
   * All or nothing. When it returns, the change is on disk. A transaction inside a transaction is a
   * part of the outer one.
   */
  transaction<T>(change: () => T): T {
    if (this.#connection.isTransaction) return change();
    this.exec('BEGIN IMMEDIATE');
    try {
      const result = change();
      this.exec('COMMIT');
      return result;
    } catch (error) {
      // A failed COMMIT (disk full) may have rolled back by itself.
      if (this.#connection.isTransaction) this.#connection.exec('ROLLBACK');
      throw error;
    }
  }

  /** What `change` would answer; nothing of it is kept. */
  rehearse<T>(change: () => T): T {
    this.exec('BEGIN IMMEDIATE');
    try {
      return change();
    } finally {
      if (this.#connection.isTransaction) this.#connection.exec('ROLLBACK');
    }
  }

  close(): void {
    this.#statements.clear();
    this.#connection.close();
  }

  #attempt<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw describeStoreError(error, this.#path);
    }
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#connection.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}
