import { type FSWatcher, watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { unlessMissing } from './unless-missing.ts';

export interface FileFollowerParts {
  /** A small text file. It may be missing, replaced, written in place, a link or a mount. */
  readonly path: string;
  /** Called with the whole text at the start, and after every change of it. Empty without a file. */
  readonly onText: (text: string) => void | Promise<void>;
  /** Called when the file cannot be read or watched, or when `onText` failed; the follower retries. */
  readonly onFailure: (failure: unknown) => void;
}

/** A writer in place writes in several steps; only the last one counts. */
const SETTLE_MS = 100;
/** Events come first; this only catches a change without one: a link whose target appears. */
const RESYNC_MS = 30_000;

/** Follows the content of a file until it is disposed. */
export class FileFollower implements AsyncDisposable {
  readonly #parts: FileFollowerParts;
  readonly #stop = new AbortController();
  #following: Promise<void> = Promise.resolve();
  #reported: string | undefined;
  #failed: ReadonlySet<string> = new Set();
  #watchers: readonly FSWatcher[] = [];
  #changed = Promise.withResolvers<void>();

  constructor(parts: FileFollowerParts) {
    this.#parts = parts;
  }

  /** Resolves when the first text, or the first failure, was reported. */
  async start(): Promise<void> {
    await this.#look();
    this.#following = this.#follow();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#changed.resolve();
    await this.#following;
    this.#disarm();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop;
    const resync = setInterval(() => this.#changed.resolve(), RESYNC_MS).unref();
    signal.addEventListener('abort', () => clearInterval(resync));
    for (;;) {
      await this.#changed.promise;
      if (signal.aborted) return;
      this.#changed = Promise.withResolvers();
      await pause(SETTLE_MS);
      await this.#look();
    }
  }

  /** Reports each failure once while it lasts. A file that cannot be watched is still read now and then. */
  async #look(): Promise<void> {
    // Watching comes first, so that no change after the read is missed.
    const tried = [await failureOf(() => this.#arm()), await failureOf(() => this.#read())];
    const failures = new Map(
      tried.filter((each) => each !== undefined).map((each) => [String(each), each]),
    );
    for (const [what, failure] of failures) {
      if (!this.#failed.has(what)) this.#parts.onFailure(failure);
    }
    this.#failed = new Set(failures.keys());
  }

  async #read(): Promise<void> {
    const text = await textOf(this.#parts.path);
    if (text !== this.#reported) await this.#parts.onText(text);
    this.#reported = text;
  }

  /** The folder has events for a replaced file; only the file has events for its content. */
  #arm(): void {
    this.#disarm();
    const { path } = this.#parts;
    for (const place of [dirname(path), path]) {
      const watcher = watchPlace(place);
      if (watcher === undefined) continue;
      // Stored before the next watcher is made, which may fail: an error without a listener would end the process.
      this.#watchers = [...this.#watchers, watcher];
      watcher.on('change', (_event, name) => {
        if (name === null || String(name) === basename(path)) this.#changed.resolve();
      });
      watcher.on('error', () => this.#changed.resolve());
    }
  }

  #disarm(): void {
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
  }
}

async function failureOf(work: () => void | Promise<void>): Promise<unknown> {
  try {
    await work();
    return undefined;
  } catch (failure) {
    return failure;
  }
}

function watchPlace(place: string): FSWatcher | undefined {
  try {
    return watch(place);
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw failure;
  }
}

async function textOf(path: string): Promise<string> {
  return (await unlessMissing(readFile(path, 'utf8'))) ?? '';
}
