import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { FilesWarn, PathSeen } from '@capsule/core';
import { requirePipes } from '@capsule/host';
import { describeFailure } from './describe-failure.ts';
import { ErrorOutput } from './error-output.ts';
import { parseSeen } from './path-seen.ts';

interface FilesProgramOptions {
  readonly input?: number | 'pipe';
  readonly kept?: readonly number[];
  readonly folder?: string | undefined;
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
   * while it runs.
   */
  constructor(
    program: string,
    args: readonly string[],
    container: string,
    { input = 'pipe', kept = [], folder }: FilesProgramOptions = {},
  ) {
    this.#container = container;
    this.#folder = folder;
    this.child = spawn(program, args, { stdio: [input, 'pipe', 'pipe', ...kept], env: {} });
    requirePipes(this.child, program);
    this.#closed = once(this.child, 'close');
    // `succeed` reports a failure; without a call of it, the rejection would count as unhandled.
    this.#closed.catch(() => undefined);
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors.add(text);
    });
    // The program's exit code reports a broken pipe.
    this.child.stdin?.on('error', () => undefined);
  }

  /**
   * Resolves when the program has ended well, and passes on its warnings; throws the failure that it reports
   * otherwise.
   */
  async succeed(warn: FilesWarn = () => undefined): Promise<void> {
    await this.#closed;
    if (this.child.exitCode !== 0) {
      throw describeFailure(this.#container, this.#errors.failure, this.#folder);
    }
    for (const warning of this.#errors.warnings) warn(warning);
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
  signal?.throwIfAborted();
  await program.succeed(warn);
}

/** Feeds a program the archive that it unpacks. */
export async function writeArchive(
  program: FilesProgram,
  archive: AsyncIterable<Uint8Array>,
  {
    signal,
    warn,
  }: { readonly signal?: AbortSignal | undefined; readonly warn?: FilesWarn | undefined },
): Promise<void> {
  await feedProgram(program, archive);
  signal?.throwIfAborted();
  await program.succeed(warn);
}

/** Feeds until the archive ends, or the program does. */
async function feedProgram(
  program: FilesProgram,
  archive: AsyncIterable<Uint8Array>,
): Promise<void> {
  const { stdin } = program.child;
  if (stdin === null) return;
  const ended = new Promise<void>((resolve) => program.child.once('close', () => resolve()));
  for await (const chunk of archive) {
    if (program.child.exitCode !== null) return;
    if (stdin.write(chunk)) continue;
    const drained = new Promise<void>((resolve) => stdin.once('drain', () => resolve()));
    await Promise.race([drained, ended]);
  }
  stdin.end();
}
