import { setFlagsFromString } from 'node:v8';

/**
 * Lets V8 collect garbage at its usual pace while a file stream is in progress.
 *
 * capsuled is idle most of the time, so Node starts with `--optimize-for-size`: V8 then starts a
 * collection as soon as the previous one ends. A file stream produces garbage all the time and
 * would spend most of its time on collections. V8 returns the memory after the stream. Measured
 * with 512 MiB copied out of a workload: 5.0 s without and 2.1 s with this, and 93 MB resident
 * after both.
 */
export class HeapTuning {
  readonly #setFlag: (flag: string) => void;
  #held = 0;

  constructor(setFlag: (flag: string) => void = setFlagsFromString) {
    this.#setFlag = setFlag;
  }

  /** Relaxes garbage collection until the result is disposed; a second disposal has no effect. */
  allowGarbage(): Disposable {
    this.#held += 1;
    if (this.#held === 1) this.#setFlag('--no-optimize-for-size');
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#held -= 1;
        if (this.#held === 0) this.#setFlag('--optimize-for-size');
      },
    };
  }
}
