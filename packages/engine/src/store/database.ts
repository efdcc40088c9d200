import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { RowCache } from './row-cache.ts';
import { describeStoreError } from './store-error.ts';

/** A row as SQLite gives it. */
export type Row = Record<string, unknown>;

/**
 * One SQLite connection with prepared statements kept. Synchronous on purpose: a transaction is a plain
 * function, nothing can interleave with it, and one durable commit costs about 0.2 ms. Errors of the disk
 * and of locks are `STORE_*`.
 */
export class Database {
  readonly #path: string;
  readonly #connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #caches = new Map<string, RowCache>();
  /** Called when the transaction under way is on disk. */
  readonly #effects: (() => void)[] = [];

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

  /** Returns the number of changed rows. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#attempt(() => this.#statement(sql).run(...values)).changes);
  }

  /**
   * All or nothing. When it returns, the change is on disk, and the effects of `afterCommit` have been
   * called. A nested transaction is all or nothing too, and reaches the disk with the outer one.
   */
  transaction<T>(change: () => T): T {
    if (this.#connection.isTransaction) return this.#nested(change);
    return this.#outermost(change);
  }

  /**
   * The same for a change that need not outlast a power cut: it does not wait for the disk, which gets it with the next
   * `transaction`. A process that is killed loses nothing.
   */
  quickTransaction<T>(change: () => T): T {
    if (this.#connection.isTransaction) return this.#nested(change);
    this.exec('PRAGMA synchronous = NORMAL');
    try {
      return this.#outermost(change);
    } finally {
      this.exec('PRAGMA synchronous = FULL');
    }
  }

  /**
   * Returns the result of `change`, then rolls it back; its effects of `afterCommit` are not called.
   * Inside a transaction only `change` is rolled back.
   */
  rehearse<T>(change: () => T): T {
    return this.commitIf(change, () => false);
  }

  /** Returns the result of `change`, which is a transaction if `isGood` accepts the result, and otherwise a rehearsal. */
  commitIf<T>(change: () => T, isGood: (result: T) => boolean): T {
    const rehearsed = new Rehearsed();
    try {
      return this.transaction(() => {
        const result = change();
        if (isGood(result)) return result;
        rehearsed.result = result;
        throw rehearsed;
      });
    } catch (error) {
      if (error !== rehearsed) throw error;
      return rehearsed.result as T;
    }
  }

  /**
   * Calls `effect` once the transaction under way is on disk, and never when it is rolled back; at once
   * when there is no transaction. Every notification of a change goes through here, so that no listener
   * sees a change that was rolled back. An effect that fails does not stop the others.
   */
  afterCommit(effect: () => void): void {
    if (this.#connection.isTransaction) this.#effects.push(effect);
    else effect();
  }

  /** Returns the cache of this name, which all users of this store share. */
  cache(name: string): RowCache {
    const known = this.#caches.get(name);
    if (known !== undefined) return known;
    const cache = new RowCache(() => this.#connection.isTransaction);
    this.#caches.set(name, cache);
    return cache;
  }

  /** Returns faults that SQLite finds in pages and indexes; none for an intact store. Reads all of it. */
  findDamage(): readonly string[] {
    const faults = this.all('PRAGMA quick_check').map((row) => String(row['quick_check']));
    return faults.filter((fault) => fault !== 'ok');
  }

  close(): void {
    this.#statements.clear();
    this.#connection.close();
  }

  #outermost<T>(change: () => T): T {
    this.exec('BEGIN IMMEDIATE');
    let result: T;
    try {
      result = change();
      this.exec('COMMIT');
    } catch (error) {
      this.#effects.length = 0;
      // A failed COMMIT (disk full) may have rolled back already.
      if (this.#connection.isTransaction) this.#connection.exec('ROLLBACK');
      throw error;
    } finally {
      for (const cache of this.#caches.values()) cache.endTransaction();
    }
    callAll(this.#effects.splice(0));
    return result;
  }

  #nested<T>(change: () => T): T {
    const effects = this.#effects.length;
    this.exec('SAVEPOINT nested');
    try {
      const result = change();
      this.exec('RELEASE nested');
      return result;
    } catch (error) {
      this.#effects.length = effects;
      // A full disk may have ended the whole transaction.
      if (this.#connection.isTransaction) {
        this.#connection.exec('ROLLBACK TO nested');
        this.#connection.exec('RELEASE nested');
      }
      throw error;
    }
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

/** Rolls a rehearsal back, and carries its result out. */
class Rehearsed extends Error {
  result: unknown;
}

/** Calls every effect; throws the first failure after the last. */
function callAll(effects: readonly (() => void)[]): void {
  const failures: unknown[] = [];
  for (const effect of effects) {
    try {
      effect();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
