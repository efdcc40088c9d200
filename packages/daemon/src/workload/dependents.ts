/** Which workloads wait for which: a change of one wakes those that wait for it. */
export class Dependents {
  readonly #waiting = new Map<string, readonly string[]>();

  /** `name` waits for these; for none it waits no more. */
  waits(name: string, waitingFor: readonly string[]): void {
    if (waitingFor.length === 0) this.#waiting.delete(name);
    else this.#waiting.set(name, waitingFor);
  }

  /** Those that wait for `name`. */
  of(name: string): readonly string[] {
    return [...this.#waiting].flatMap(([waiting, needs]) =>
      needs.includes(name) ? [waiting] : [],
    );
  }
}
