import type { ExecOutput, ExecRequest, ExecSession } from '@capsule/core';

/**
 * Commands of the fake runtime: `echo WORDS` prints them, `fail CODE` ends with that code,
 * `cat` prints its input, `sleep` stays until a signal ends it; anything else does nothing, well.
 */
export class FakeExec implements ExecSession {
  readonly output: AsyncIterable<ExecOutput>;
  readonly exit: Promise<number>;
  readonly #end = Promise.withResolvers<number>();
  readonly #pieces: ExecOutput[] = [];
  readonly #program: string;
  #wake = Promise.withResolvers<void>();

  constructor({ command, hasInput }: ExecRequest) {
    const [program = '', ...args] = command;
    this.#program = program;
    this.exit = this.#end.promise;
    this.output = this.#read();
    void this.exit.then(() => this.#wake.resolve());
    if (program === 'echo') this.#print(`${args.join(' ')}\n`);
    if (program === 'sleep' || (program === 'cat' && hasInput)) return;
    this.#end.resolve(program === 'fail' ? Number(args[0] ?? 1) : 0);
  }

  async write(data: Uint8Array): Promise<void> {
    if (this.#program === 'cat') this.#print(Buffer.from(data).toString());
  }

  async closeInput(): Promise<void> {
    if (this.#program === 'cat') this.#end.resolve(0);
  }

  async resize(): Promise<void> {}

  async signal(number: number): Promise<void> {
    this.#end.resolve(128 + number);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.resolve(137);
  }

  #print(text: string): void {
    this.#pieces.push({ stream: 'stdout', data: Buffer.from(text) });
    this.#wake.resolve();
  }

  async *#read(): AsyncGenerator<ExecOutput> {
    let hasEnded = false;
    void this.exit.then(() => {
      hasEnded = true;
    });
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) yield piece;
      else if (hasEnded) return;
      else {
        await this.#wake.promise;
        this.#wake = Promise.withResolvers<void>();
        if (this.#pieces.length === 0) await this.exit;
      }
    }
  }
}
