import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { watchPath } from '../log-files/path-watch.ts';

export interface UplinkWatchParts {
  /** The uplink's resolv.conf. It may be missing, replaced, or written in place. */
  readonly path: string;
  /** Gets the whole text: once at the start, and after every change of it. Empty without a file. */
  readonly tell: (text: string) => void | Promise<void>;
  /** Told when the file cannot be followed any more, or telling failed. */
  readonly onFailure: (failure: unknown) => void;
}

/** Who writes the file in place writes it in several steps; only the last one counts. */
const SETTLE_MS = 100;

/** Follows the resolvers of the uplink until it is disposed. */
export class UplinkWatch implements AsyncDisposable {
  readonly #parts: UplinkWatchParts;
  readonly #stop = new AbortController();
  #following: Promise<void> = Promise.resolve();
  #told: string | undefined;

  constructor(parts: UplinkWatchParts) {
    this.#parts = parts;
  }

  /** Resolves when the first text was told. */
  async start(): Promise<void> {
    await this.#look();
    this.#following = this.#follow().catch(this.#parts.onFailure);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#following;
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop;
    using watch = watchPath(this.#parts.path, signal);
    for (;;) {
      await watch.next();
      await pause(SETTLE_MS);
      if (signal.aborted) return;
      await this.#look();
    }
  }

  async #look(): Promise<void> {
    const text = await textOf(this.#parts.path);
    if (text === this.#told) return;
    this.#told = text;
    await this.#parts.tell(text);
  }
}

/** A capsule without an uplink has no such file. */
async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw failure;
  }
}
