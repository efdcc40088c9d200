import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Stream } from 'node:stream';
import type { FilesWarn, PathSeen } from '@capsule/core';
import { requirePipes } from '@capsule/host';
import { describeFailure } from './describe-failure.ts';
import { ErrorOutput } from './error-output.ts';
import { parseSeen } from './path-seen.ts';

/** Pipes of capsuled, where nothing else is given. */
export interface Ends {
  readonly input?: number | Stream | 'pipe';
  readonly output?: Stream | 'pipe';
}

interface FilesProgramOptions extends Ends {
  readonly kept?: readonly number[];
  readonly folder?: string | undefined;
}

export interface Watching {
  readonly signal?: AbortSignal | undefined;
  readonly warn?: FilesWarn | undefined;
}

/** A running capsule-files. Disposal kills it and waits for its end. */
export class FilesProgram implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly #container: string;
  readonly #folder: string | undefined;
  readonly #closed: Promise<unknown>;
  readonly #errors = new ErrorOutput();

  /**
   * `folder`: where it unpacks an archive. `kept`: descriptors that it inherits from 3 on and that stay open
   * while it runs. An abort of the signal kills it.
   */
  constructor(
    program: string,
    args: readonly string[],
    container: string,
    { input = 'pipe', output = 'pipe', kept = [], folder }: FilesProgramOptions = {},
    signal?: AbortSignal,
  ) {
    this.#container = container;
    this.#folder = folder;
    this.child = spawn(program, args, { stdio: [input, output, 'pipe', ...kept], env: {} });
    requirePipes(this.child, program);
    this.#closed = once(this.child, 'close');
    // `succeed` reports a failure; without a call of it, the rejection would count as unhandled.
    this.#closed.catch(() => undefined);
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors.add(text);
    });
    // The program's exit code reports a broken pipe.
    this.child.stdin?.on('error', () => undefined);
    const kill = () => this.child.kill('SIGKILL');
    signal?.addEventListener('abort', kill, { once: true });
    if (signal?.aborted) kill();
    this.child.once('close', () => signal?.removeEventListener('abort', kill));
  }

  /** The lines that it has printed beside warnings and failures. */
  get notes(): readonly string[] {
    return this.#errors.notes;
  }

  /**
   * Resolves when the program has ended well, and passes on its warnings; throws the failure that it reports
   * otherwise. Returns the size of the archive that it read or wrote.
   */
  async succeed({ signal, warn = () => undefined }: Watching = {}): Promise<number> {
    await this.#closed;
    signal?.throwIfAborted();
    if (this.child.exitCode !== 0) {
      throw describeFailure(this.#container, this.#errors.failure, this.#folder);
    }
    for (const warning of this.#errors.warnings) warn(warning);
    return this.#errors.bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL');
    await this.#closed;
  }
}

/** Returns the facts that a program with the command `look` prints. */
export async function readSeen(program: FilesProgram): Promise<PathSeen> {
  return parseSeen(await readText(program));
}

/** Returns the output of a program that prints little. */
export async function readText(program: FilesProgram): Promise<string> {
  let text = '';
  for await (const chunk of program.child.stdout ?? []) text += String(chunk);
  await program.succeed();
  return text;
}

/** Yields the archive that a program packs. */
export async function* readArchive(
  program: FilesProgram,
  signal?: AbortSignal,
  warn?: FilesWarn,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of program.child.stdout ?? []) yield chunk as Buffer;
  await program.succeed({ signal, warn });
}
