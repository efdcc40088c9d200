import { createInterface } from 'node:readline';
import type { CapsulectlResult, RunningCapsulectl } from './run-capsulectl.ts';

/** Reads the lines that a running capsulectl writes to its stdout. Disposal kills it. */
export class Follower implements AsyncDisposable {
  /** All lines so far. */
  readonly lines: string[] = [];
  readonly #running: RunningCapsulectl;
  #wake: () => void = () => undefined;

  constructor(running: RunningCapsulectl) {
    this.#running = running;
    const { stdout } = running.child;
    if (stdout === null) throw new Error('its output is not to be read');
    createInterface({ input: stdout }).on('line', (line) => {
      this.lines.push(line);
      this.#wake();
    });
  }

  /** Resolves with all lines when they match. Rejects if the program ends, or after the time limit. */
  async linesUntil(
    isEnough: (lines: readonly string[]) => boolean,
    timeoutMs = 60_000,
  ): Promise<readonly string[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
    this.#wake = () => {
      if (isEnough(this.lines)) resolve([...this.lines]);
    };
    const progress = () => `after ${this.lines.length} lines, the last: ${this.lines.at(-1)}`;
    const timer = setTimeout(() => reject(new Error(`it took too long, ${progress()}`)), timeoutMs);
    void this.#running.ended.then(({ stderr }) =>
      reject(new Error(`it ended ${progress()} ${stderr}`)),
    );
    this.#wake();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#wake = () => undefined;
    }
  }

  /** Ends the program like Ctrl-C. */
  async interrupt(): Promise<CapsulectlResult> {
    this.#running.child.kill('SIGINT');
    return await this.#running.ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#running[Symbol.asyncDispose]() as Promise<void>;
  }
}
