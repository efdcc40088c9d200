import type { ProgressView } from '../progress/progress-view.ts';
import { TransferMeter } from '../progress/transfer-meter.ts';

const SHOWN_EVERY_MS = 200;

/** Counts the bytes of a copy, and shows now and then how far it is. */
export class CopyProgress {
  readonly #view: ProgressView | undefined;
  readonly #label: string;
  readonly #now: () => number;
  readonly #meter: TransferMeter;
  #bytes = 0;
  #shownAt: number;
  /** Of everything that is to be copied; 0 while it is not known. */
  totalBytes = 0;

  constructor(label: string, view: ProgressView | undefined, now: () => number) {
    this.#label = label;
    this.#view = view;
    this.#now = now;
    this.#meter = new TransferMeter(now);
    this.#shownAt = now();
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isShown(): boolean {
    return this.#view !== undefined;
  }

  readonly add = (bytes: number): void => {
    this.#bytes += bytes;
  };

  /** Shows as pieces pass by what was added. */
  async *show<T extends Uint8Array>(pieces: AsyncIterable<T>): AsyncGenerator<T> {
    for await (const piece of pieces) {
      if (this.#view !== undefined && this.#now() - this.#shownAt >= SHOWN_EVERY_MS) {
        this.#shownAt = this.#now();
        const amount = this.#meter.describe(this.#bytes, this.totalBytes);
        await this.#view.update(this.#label, 'copying', amount);
      }
      yield piece;
    }
  }

  /** The same for pieces that are all that there is to be copied. */
  async *count<T extends Uint8Array>(pieces: AsyncIterable<T>): AsyncGenerator<T> {
    for await (const piece of this.show(pieces)) {
      this.add(piece.length);
      yield piece;
    }
  }
}
