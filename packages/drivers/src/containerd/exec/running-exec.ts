import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { ExecOutput, ExecSession, TerminalSize } from '@capsule/core';
import { Code } from '@connectrpc/connect';
import { mergeOutput } from '../../exec-output/merge-output.ts';
import { ignoring, translateErrors } from '../client/rpc-error.ts';
import { type ExecOwner, endExec, forgetExec } from './end-exec.ts';
import { type ExecFolder, openFifo } from './exec-folder.ts';
import { exitCodeOf, REPORT_BYTES } from './not-executed.ts';

/** The silence after which children of an ended process are no longer waited for. */
const IDLE_MS = 1_000;

/** The capsule's ends of the FIFOs of an exec. */
export interface ExecEnds {
  readonly input: Socket | undefined;
  readonly outputs: ReadonlyMap<ExecOutput['stream'], Socket>;
  /** Keep the outputs from ending before the runtime has opened its ends. */
  readonly keepers: readonly number[];
}

export function openEnds(folder: ExecFolder, hasInput: boolean, hasTerminal: boolean): ExecEnds {
  const paths = new Map<ExecOutput['stream'], string>([['stdout', folder.stdout]]);
  if (!hasTerminal) paths.set('stderr', folder.stderr);
  using stack = new DisposableStack();
  const end = (fd: number, use: { readonly readable: boolean; readonly writable: boolean }) =>
    stack.adopt(quiet(new Socket({ fd, ...use })), (socket) => void socket.destroy());
  const keepers = [...paths.values()].map((path) => stack.adopt(openFifo(path, 'both'), closeSync));
  const reads = { readable: true, writable: false };
  const outputs = new Map(
    [...paths].map(([stream, path]) => [stream, end(openFifo(path, 'read'), reads)] as const),
  );
  const writes = { readable: false, writable: true };
  const input = hasInput ? end(openFifo(folder.stdin, 'both'), writes) : undefined;
  // Until here a failure closes what was opened before it.
  stack.move();
  return { input, outputs, keepers };
}

/** The exit of the process reports a broken pipe. */
function quiet(socket: Socket): Socket {
  return socket.on('error', () => socket.destroy());
}

export function closeEnds({ input, outputs, keepers }: ExecEnds): void {
  input?.destroy();
  for (const socket of outputs.values()) socket.destroy();
  for (const fd of keepers) closeSync(fd);
}

export interface RunningExecParts {
  readonly owner: ExecOwner;
  readonly folder: ExecFolder;
  readonly ends: Omit<ExecEnds, 'keepers'>;
  readonly pid: number;
  readonly exit: Promise<number>;
  readonly onClose: () => void;
}

/** A started process of `exec`. */
export class RunningExec implements ExecSession {
  readonly output: AsyncIterable<ExecOutput>;
  readonly #parts: RunningExecParts;
  #hasEnded = false;
  /** The beginning of its output; see `exitCodeOf`. */
  #printed = '';
  #isInputClosed = false;

  constructor(parts: RunningExecParts) {
    this.#parts = parts;
    // A process may live on after its runtime was lost.
    const ended = parts.exit.then(
      () => {
        this.#hasEnded = true;
      },
      () => undefined,
    );
    const output = mergeOutput(parts.ends.outputs, ended, IDLE_MS);
    this.output = { [Symbol.asyncIterator]: () => this.#read(output) };
  }

  /** Await it after reading the output, which decides the exit code. */
  get exit(): Promise<number> {
    return this.#parts.exit.then((code) => exitCodeOf(code, this.#printed));
  }

  async *#read(output: AsyncIterable<ExecOutput>): AsyncGenerator<ExecOutput> {
    for await (const piece of output) {
      if (this.#printed.length < REPORT_BYTES) {
        this.#printed += Buffer.from(piece.data).toString('latin1', 0, REPORT_BYTES);
      }
      yield piece;
    }
  }

  async write(data: Uint8Array): Promise<void> {
    const { input } = this.#parts.ends;
    if (input === undefined || input.destroyed || data.length === 0 || input.write(data)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const settle = () => resolve();
    input.once('drain', settle).once('close', settle);
    this.#parts.exit.then(settle, settle);
    await promise;
    input.off('drain', settle).off('close', settle);
  }

  async closeInput(): Promise<void> {
    const { owner, folder, ends } = this.#parts;
    if (this.#isInputClosed) return;
    this.#isInputClosed = true;
    if (ends.input !== undefined) await flush(ends.input);
    const { containerId, execId } = folder;
    await unlessGone(owner, owner.client.tasks.closeIO({ containerId, execId, stdin: true }));
  }

  async resize({ cols, rows }: TerminalSize): Promise<void> {
    const { owner, folder } = this.#parts;
    const { containerId, execId } = folder;
    const size = { width: cols, height: rows };
    await unlessGone(owner, owner.client.tasks.resizePty({ containerId, execId, ...size }));
  }

  async signal(number: number): Promise<void> {
    const { owner, folder } = this.#parts;
    const { containerId, execId } = folder;
    await unlessGone(owner, owner.client.tasks.kill({ containerId, execId, signal: number }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { owner, folder, ends, pid, onClose } = this.#parts;
    closeEnds({ ...ends, keepers: [] });
    await endOrLeave(
      this.#hasEnded ? forgetExec(owner, folder) : endExec(owner, folder, { leader: pid }),
    );
    onClose();
  }
}

/**
 * Awaits the end of an exec. One that cannot be ended now (containerd is away, or the container is frozen)
 * keeps its folder: `endAbandoned`, which is called regularly, ends it and reports its failure.
 */
export async function endOrLeave(ending: Promise<void>): Promise<void> {
  await ending.catch(() => undefined);
}

async function flush(input: Socket): Promise<void> {
  if (input.destroyed) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  input.once('close', () => resolve());
  input.end(() => input.destroy());
  await promise;
}

/** Ignores that the process has ended meanwhile. */
async function unlessGone(
  { client: { socketPath } }: ExecOwner,
  call: Promise<unknown>,
): Promise<void> {
  const known = ignoring(Code.FailedPrecondition, ignoring(Code.NotFound, call));
  await translateErrors({ action: 'reach a running command', socketPath }, known);
}
