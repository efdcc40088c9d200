import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { ExecOutput, ExecSession, TerminalSize } from '@capsule/core';
import { Code } from '@connectrpc/connect';
import type { ContainerdClient } from '../client/containerd-client.ts';
import { hasCode, ignoring, isAnswer } from '../client/rpc-error.ts';
import { type ExecFolder, openFifo, removeFolder } from './exec-folder.ts';
import { killSession } from './kill-session.ts';
import { mergeOutput } from './merge-output.ts';

/** How long children of a process that has ended may be silent before they are not waited for. */
const IDLE_MS = 1_000;

const SIGKILL = 9;

/** Our ends of the FIFOs of an exec. */
export interface ExecEnds {
  readonly input: Socket | undefined;
  readonly outputs: ReadonlyMap<ExecOutput['stream'], Socket>;
  /** Keeps the outputs from ending before the runtime has opened its ends. */
  readonly keepers: readonly number[];
}

export function openEnds(folder: ExecFolder, hasInput: boolean, hasTerminal: boolean): ExecEnds {
  const paths = new Map<ExecOutput['stream'], string>([['stdout', folder.stdout]]);
  if (!hasTerminal) paths.set('stderr', folder.stderr);
  const keepers = [...paths.values()].map((path) => openFifo(path, 'both'));
  const outputs = new Map(
    [...paths].map(([stream, path]) => {
      const socket = new Socket({ fd: openFifo(path, 'read'), readable: true, writable: false });
      return [stream, quiet(socket)] as const;
    }),
  );
  const input = hasInput
    ? quiet(new Socket({ fd: openFifo(folder.stdin, 'both'), readable: false, writable: true }))
    : undefined;
  return { input, outputs, keepers };
}

/** A broken pipe is told by the end of the process, not by its pipe. */
function quiet(socket: Socket): Socket {
  return socket.on('error', () => socket.destroy());
}

export function closeEnds({ input, outputs, keepers }: ExecEnds): void {
  input?.destroy();
  for (const socket of outputs.values()) socket.destroy();
  for (const fd of keepers) closeSync(fd);
}

export interface RunningExecParts {
  readonly client: ContainerdClient;
  readonly root: string;
  readonly folder: ExecFolder;
  readonly ends: Omit<ExecEnds, 'keepers'>;
  readonly pid: number;
  readonly cgroup: string;
  readonly exit: Promise<number>;
  readonly onClose: () => void;
}

/** A process of `exec` that has been started. */
export class RunningExec implements ExecSession {
  readonly output: AsyncIterable<ExecOutput>;
  readonly exit: Promise<number>;
  readonly #parts: RunningExecParts;
  #hasEnded = false;
  #isInputClosed = false;

  constructor(parts: RunningExecParts) {
    this.#parts = parts;
    this.exit = parts.exit;
    const end = () => {
      this.#hasEnded = true;
    };
    this.output = mergeOutput(parts.ends.outputs, this.exit.then(end, end), IDLE_MS);
  }

  async write(data: Uint8Array): Promise<void> {
    const { input } = this.#parts.ends;
    if (input === undefined || input.destroyed || data.length === 0 || input.write(data)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const settle = () => resolve();
    input.once('drain', settle).once('close', settle);
    this.exit.then(settle, settle);
    await promise;
    input.off('drain', settle).off('close', settle);
  }

  async closeInput(): Promise<void> {
    const { client, folder, ends } = this.#parts;
    if (this.#isInputClosed) return;
    this.#isInputClosed = true;
    if (ends.input !== undefined) await flush(ends.input);
    const { containerId, execId } = folder;
    await gone(client.tasks.closeIO({ containerId, execId, stdin: true }));
  }

  async resize({ cols, rows }: TerminalSize): Promise<void> {
    const { client, folder } = this.#parts;
    const { containerId, execId } = folder;
    await gone(client.tasks.resizePty({ containerId, execId, width: cols, height: rows }));
  }

  async signal(number: number): Promise<void> {
    const { client, folder } = this.#parts;
    const { containerId, execId } = folder;
    await gone(client.tasks.kill({ containerId, execId, signal: number }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { client, root, folder, ends, pid, cgroup, onClose } = this.#parts;
    // First without the runtime, which may be lost, and for all that the process has started.
    if (!this.#hasEnded) await killSession(pid, cgroup);
    closeEnds({ ...ends, keepers: [] });
    try {
      if (!this.#hasEnded) await this.signal(SIGKILL);
      await this.exit;
      const { containerId, execId } = folder;
      await gone(client.tasks.deleteProcess({ containerId, execId }));
      await removeFolder(root, folder);
    } catch (error) {
      // Then the folder stays, and `reclaim` ends the rest when the runtime is back.
      if (isAnswer(error)) throw error;
    } finally {
      onClose();
    }
  }
}

async function flush(input: Socket): Promise<void> {
  if (input.destroyed) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  input.once('close', () => resolve());
  input.end(() => input.destroy());
  await promise;
}

/** A process that has ended meanwhile is fine. */
async function gone(call: Promise<unknown>): Promise<void> {
  try {
    await ignoring(Code.NotFound, call);
  } catch (error) {
    if (!hasCode(error, Code.FailedPrecondition)) throw error;
  }
}
