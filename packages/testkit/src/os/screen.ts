import type { Readable } from 'node:stream';
import { machineError } from '../machine/errors.ts';

/** Output of a machine's serial line; a test waits for words of it. */
export class Screen {
  #text = '';
  #read = 0;
  #isOver = false;
  readonly #waiting = new Set<() => void>();

  constructor(output: Readable) {
    output.setEncoding('utf8');
    output.on('data', (text: string) => {
      this.#text += text;
      this.#wake();
    });
    output.on('close', () => {
      this.#isOver = true;
      this.#wake();
    });
  }

  get text(): string {
    return this.#text;
  }

  /** Resolves with the next match behind the last one that was waited for. Fails when the machine has ended, or is not awaited any more. */
  async until(pattern: RegExp, signal?: AbortSignal): Promise<RegExpExecArray> {
    signal?.addEventListener('abort', () => this.#wake(), { once: true });
    for (;;) {
      signal?.throwIfAborted();
      const found = pattern.exec(this.#text.slice(this.#read));
      if (found !== null) {
        this.#read += found.index + found[0].length;
        return found;
      }
      if (this.#isOver)
        throw machineError.FAILED({ detail: `${pattern} is not in ${this.tail()}` });
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Resolves with the last match in all of the output, as soon as there is one. Fails as `until`. */
  async latest(pattern: RegExp): Promise<RegExpMatchArray> {
    const all = new RegExp(pattern, 'g');
    for (;;) {
      const found = [...this.#text.matchAll(all)].at(-1);
      if (found !== undefined) return found;
      if (this.#isOver)
        throw machineError.FAILED({ detail: `${pattern} is not in ${this.tail()}` });
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  tail(): string {
    return this.#text.slice(-4000);
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}
