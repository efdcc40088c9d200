import type { Database } from '../store/database.ts';

/** A feed calls its listeners after the commit of the change. */
export type Commits = Pick<Database, 'afterCommit'>;

/**
 * Notifies listeners that a key changed, without its new value. A listener reads the current state, so a slow
 * one misses nothing and holds at most one entry for each key.
 *
 * INVARIANT: a listener is called after the change is on disk, and never for a change that is rolled back
 * (a rehearsal, a transaction that fails).
 */
export class Feed {
  readonly #commits: Commits;
  readonly #onFailure: (error: unknown) => void;
  readonly #listeners = new Set<(key: string) => void>();

  constructor(commits: Commits, onFailure: (error: unknown) => void = rethrow) {
    this.#commits = commits;
    this.#onFailure = onFailure;
  }

  notify(key: string): void {
    this.#commits.afterCommit(() => {
      const failures: unknown[] = [];
      // A listener that fails must not stop the other listeners, nor the caller that made the change.
      for (const listener of this.#listeners) {
        try {
          listener(key);
        } catch (error) {
          failures.push(error);
        }
      }
      for (const error of failures) this.#onFailure(error);
    });
  }

  listen(listener: (key: string) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** Yields the set of keys that changed since the last one, starting with this call, until `signal` aborts. */
  changes(signal: AbortSignal): AsyncGenerator<ReadonlySet<string>> {
    const pending = new Set<string>();
    let wake = Promise.withResolvers<void>();
    const listening = this.listen((key) => {
      pending.add(key);
      wake.resolve();
    });
    const stop = () => {
      listening[Symbol.dispose]();
      wake.resolve();
    };
    signal.addEventListener('abort', stop);
    const dispose = () => {
      stop();
      signal.removeEventListener('abort', stop);
    };
    return (async function* () {
      try {
        while (!signal.aborted) {
          await wake.promise;
          if (signal.aborted) return;
          wake = Promise.withResolvers<void>();
          const keys = new Set(pending);
          pending.clear();
          yield keys;
        }
      } finally {
        dispose();
      }
    })();
  }
}

function rethrow(error: unknown): never {
  throw error;
}
