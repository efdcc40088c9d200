import type { ProgressView } from '../progress/progress-view.ts';
import { formatBytes } from '../render/bytes.ts';

const SHOWN_EVERY_MS = 200;

/** Counts what passes by, and tells now and then. */
export class CopyProgress {
  readonly #view: ProgressView | undefined;
  readonly #label: string;
  readonly #now: () => number;
  #bytes = 0;
  #shownAt: number;

  constructor(label: string, view: ProgressView | undefined, now: () => number) {
    this.#label = label;
    this.#view = view;
    this.#now = now;
    this.#shownAt = now();
  }

  get bytes(): number {
    return this.#bytes;
  }

  async *count<T extends Uint8Array>(pieces: AsyncIterable<T>): AsyncGenerator<T> {
    for await (const piece of pieces) {
      this.#bytes += piece.length;
      if (this.#view !== undefined && this.#now() - this.#shownAt >= SHOWN_EVERY_MS) {
        this.#shownAt = this.#now();
        await this.#view.update(this.#label, 'copying', formatBytes(this.#bytes));
      }
      yield piece;
    }
  }
}
