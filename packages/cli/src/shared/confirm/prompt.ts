import type { Context } from '../../program/context/context.ts';

const MOST_BYTES = 16 * 1024;

/** Asks several questions in a row; what was typed ahead answers the next one. */
export class Prompt {
  readonly #context: Pick<Context, 'err' | 'signal'>;
  readonly #input: AsyncIterator<Uint8Array>;
  #text = '';

  constructor({ stdin, err, signal }: Pick<Context, 'stdin' | 'err' | 'signal'>) {
    this.#context = { err, signal };
    this.#input = stdin[Symbol.asyncIterator]();
  }

  /** The next line, without its end and blanks around it; what is there at the end of the input. */
  async ask(question: string): Promise<string> {
    const { err, signal } = this.#context;
    await err.write(question);
    while (!this.#text.includes('\n') && this.#text.length < MOST_BYTES) {
      const { value, done } = await Promise.race([this.#input.next(), aborted(signal)]);
      if (done === true) break;
      this.#text += Buffer.from(value).toString('utf8');
    }
    const [line = '', ...rest] = this.#text.split('\n');
    this.#text = rest.join('\n');
    return line.trim();
  }
}

/** Fails with the reason of the signal. */
export function aborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  if (signal.aborted) reject(signal.reason);
  else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  return promise;
}
