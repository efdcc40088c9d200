/**
 * Cells and those for which they wait, by key: a change of a cell wakes the cells that wait for it.
 */
export class Dependents {
  readonly #waiting = new Map<string, readonly string[]>();

  /** Records that the cell `key` waits for these cells; with none it no longer waits. */
  waits(key: string, waitingFor: readonly string[]): void {
    if (waitingFor.length === 0) this.#waiting.delete(key);
    else this.#waiting.set(key, waitingFor);
  }

  /** Returns the cells that wait for the cell `key`. */
  of(key: string): readonly string[] {
    return [...this.#waiting].flatMap(([waiting, needs]) => (needs.includes(key) ? [waiting] : []));
  }
}
