import type { Output } from '../../program/context/output.ts';

const LINE_FEED = 0x0a;

/** Writes whole lines of one stream among those of others, each with its origin in front. */
export class PrefixedLines implements Pick<Output, 'write'> {
  readonly #out: Pick<Output, 'write'>;
  readonly #prefix: Buffer;
  /** Of a line whose end has not come yet. */
  #open: readonly Uint8Array[] = [];

  constructor(out: Pick<Output, 'write'>, prefix: string) {
    this.#out = out;
    this.#prefix = Buffer.from(prefix);
  }

  async write(data: string | Uint8Array): Promise<void> {
    const bytes = Buffer.from(data);
    const whole: Uint8Array[] = [];
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      whole.push(this.#prefix, ...this.#open, bytes.subarray(start, end + 1));
      this.#open = [];
      start = end + 1;
    }
    if (start < bytes.length) this.#open = [...this.#open, bytes.subarray(start)];
    // In one piece: lines of other streams come before or behind, never between.
    if (whole.length > 0) await this.#out.write(Buffer.concat(whole));
  }

  /** Ends a line that has no end of its own. */
  async finish(): Promise<void> {
    if (this.#open.length > 0) await this.write('\n');
  }
}
