/** Which cells wait for which, by their keys: a change of one wakes those that wait for it. */
export class Dependents {
  readonly #waiting = new Map<string, readonly string[]>();

  /** The cell `key` waits for these; for none it waits no more. */
  waits(key: string, waitingFor: readonly string[]): void {
    if (waitingFor.length === 0) this.#waiting.delete(key);
    else this.#waiting.set(key, waitingFor);
  }

  /** Those that wait for the cell `key`. */
  of(key: string): readonly string[] {
    return [...this.#waiting].flatMap(([waiting, needs]) => (needs.includes(key) ? [waiting] : []));
  }
}
