/**
 * Values that were read from rows, by owner and name, until the rows of the owner change. The one writer of the rows
 * reports every change.
 *
 * INVARIANT: a value of a change that may still be rolled back is never kept.
 */
export class RowCache {
  readonly #isInTransaction: () => boolean;
  readonly #values = new Map<string, Map<string, unknown>>();
  /** Owners with changes in the transaction under way. */
  readonly #changing = new Set<string>();

  /** Only for `Database.cache`. */
  constructor(isInTransaction: () => boolean) {
    this.#isInTransaction = isInTransaction;
  }

  /** Calls `read` unless the value is known; nothing is kept for `undefined`. The result is shared: do not change it. */
  get<T>(owner: string, name: string, read: () => T): T {
    const known = this.#values.get(owner)?.get(name);
    if (known !== undefined) return known as T;
    const value = read();
    if (value === undefined || this.#changing.has(owner)) return value;
    const values = this.#values.get(owner) ?? new Map<string, unknown>();
    this.#values.set(owner, values.set(name, value));
    return value;
  }

  /** The rows of this owner change. */
  change(owner: string): void {
    this.#values.delete(owner);
    if (this.#isInTransaction()) this.#changing.add(owner);
  }

  /** The transaction under way has ended, with or without its changes. */
  endTransaction(): void {
    this.#changing.clear();
  }
}
