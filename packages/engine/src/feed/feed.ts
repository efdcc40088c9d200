import type { Database } from '../store/database.ts';

/** What a feed waits for before it calls its listeners: the commit of the change. */
export type Commits = Pick<Database, 'afterCommit'>;

/**
 * Tells listeners that a key changed, not what it changed to: whoever listens reads the present
 * state, so a slow listener loses no truth and holds no more than one entry for each key.
 *
 * INVARIANT: a listener is called after the change is on disk, and never for a change that is undone
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
      // One that fails keeps the change neither from the others nor from whoever made it.
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

  /** Sets of keys that changed since the last one, from this call on, until `signal` aborts. */
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
