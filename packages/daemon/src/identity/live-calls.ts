/** Ends one call or connection. */
type End = () => void;

/** The open calls of each key, so that the removal of a key ends them at once. */
export class LiveCalls {
  readonly #open = new Map<string, Set<End>>();

  /** `end` is called when the key is removed, unless the result is disposed before. */
  add(kid: string, end: End): Disposable {
    const calls = this.#open.get(kid) ?? new Set();
    this.#open.set(kid, calls.add(end));
    return {
      [Symbol.dispose]: () => {
        calls.delete(end);
        if (calls.size === 0 && this.#open.get(kid) === calls) this.#open.delete(kid);
      },
    };
  }

  end(kid: string): void {
    for (const end of this.#open.get(kid) ?? []) end();
  }
}
