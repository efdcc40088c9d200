import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { ExecOutput, ExecSession, TerminalSize } from '@capsule/core';
import { mergeOutput } from '../exec-output/merge-output.ts';

/** The silence after which an ended session is no longer waited for: no process of it can hold its output. */
const IDLE_MS = 1_000;
/** The exit code where a signal ended the program that holds the session. */
const KILLED = 137;

/** A session of `capsule-shell`, which takes orders over its descriptor 3 and ends when that closes. */
export class RunningShell implements ExecSession {
  readonly output: AsyncIterable<ExecOutput>;
  readonly exit: Promise<number>;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  constructor(child: ChildProcess, exit: Promise<readonly [number | null]>) {
    this.#child = child;
    this.exit = exit.then(([code]) => code ?? KILLED);
    this.#ended = this.exit.then(() => undefined);
    for (const stream of child.stdio) stream?.on('error', () => stream.destroy());
    const outputs = new Map<ExecOutput['stream'], Readable>();
    if (child.stdout !== null) outputs.set('stdout', child.stdout);
    if (child.stderr !== null) outputs.set('stderr', child.stderr);
    this.output = mergeOutput(outputs, this.#ended, IDLE_MS);
  }

  async write(data: Uint8Array): Promise<void> {
    const { stdin } = this.#child;
    if (stdin === null || stdin.destroyed || data.length === 0 || stdin.write(data)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const settle = () => resolve();
    stdin.once('drain', settle).once('close', settle);
    void this.#ended.then(settle);
    await promise;
    stdin.off('drain', settle).off('close', settle);
  }

  async closeInput(): Promise<void> {
    this.#child.stdin?.end();
  }

  async resize({ cols, rows }: TerminalSize): Promise<void> {
    this.#order(`resize ${cols} ${rows}`);
  }

  async signal(number: number): Promise<void> {
    this.#order(`signal ${number}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const stream of this.#child.stdio) stream?.destroy();
    await this.#ended;
  }

  #order(line: string): void {
    const control = this.#child.stdio[3] as Writable | null | undefined;
    if (control?.destroyed === false) control.write(`${line}\n`);
  }
}
