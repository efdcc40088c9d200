import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { PathSeen } from '@capsule/core';
import { describeFailure } from './describe-failure.ts';
import { parseSeen } from './path-seen.ts';

/** More of what it complains about helps nobody. */
const COMPLAINT_BYTES = 16 * 1024;

/** A running capsule-files. Disposal kills it and waits for its end. */
export class FilesProgram implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly #container: string;
  readonly #closed: Promise<unknown>;
  #complaint = '';

  /** `kept`: descriptors that it has from 3 on, to be open for as long as it lives. */
  constructor(
    program: string,
    args: readonly string[],
    container: string,
    kept: readonly number[] = [],
  ) {
    this.#container = container;
    this.child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe', ...kept], env: {} });
    this.#closed = once(this.child, 'close');
    // Told by `succeed`; nobody may wait for it.
    this.#closed.catch(() => undefined);
    this.child.stderr?.on('data', (data: Buffer) => {
      if (this.#complaint.length < COMPLAINT_BYTES) this.#complaint += data.toString('utf8');
    });
    // A broken pipe is told by how the program ends.
    this.child.stdin?.on('error', () => undefined);
  }

  /** Resolves when it has ended well; fails with what it said otherwise. */
  async succeed(): Promise<void> {
    await this.#closed;
    if (this.child.exitCode !== 0) throw describeFailure(this.#container, this.#complaint);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL');
    await this.#closed;
  }
}

/** What a program that looks at a path tells. */
export async function readSeen(program: FilesProgram): Promise<PathSeen> {
  let text = '';
  for await (const chunk of program.child.stdout ?? []) text += String(chunk);
  await program.succeed();
  return parseSeen(text);
}

/** What a program packs. */
export async function* readArchive(
  program: FilesProgram,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of program.child.stdout ?? []) yield chunk as Buffer;
  signal?.throwIfAborted();
  await program.succeed();
}

/** Gives a program what it unpacks. */
export async function writeArchive(
  program: FilesProgram,
  archive: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<void> {
  await feedProgram(program, archive);
  signal?.throwIfAborted();
  await program.succeed();
}

/** Until the archive ends, or the program does. */
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
