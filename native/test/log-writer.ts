import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { capsuleLog } from './binary.ts';
import { openPipe, type Pipe } from './pipe.ts';
import { Program } from './program.ts';
import type { Scratch } from './scratch.ts';

export interface LogWriter extends AsyncDisposable {
  readonly stdout: Pipe;
  readonly stderr: Pipe;
  readonly program: Program;
  /** Resolves when the writer has said that it is ready. */
  readonly ready: Promise<void>;
  /** A second writer on the same pipes, as after a crash of the first. */
  restart(): Program;
}

/** Starts capsule-log between real pipes, as containerd's shim does. */
export async function startLogWriter(
  scratch: Scratch,
  parameters: Record<string, string>,
): Promise<LogWriter> {
  const stdout = await openPipe(scratch.path('stdout'));
  const stderr = await openPipe(scratch.path('stderr'));
  const readyPipe = await openPipe(scratch.path('ready'));
  const start = () =>
    new Program(capsuleLog, Object.entries(parameters).flat(), {
      env: { CONTAINER_ID: 'c', CONTAINER_NAMESPACE: 'n' },
      descriptors: [stdout.reader, stderr.reader, readyPipe.writer],
    });
  const program = start();
  const socket = new Socket({ fd: readyPipe.reader, readable: true, writable: false });
  const ready = once(socket.resume(), 'end').then(() => undefined);
  readyPipe.closeWriter();
  const programs = [program];
  return {
    stdout,
    stderr,
    program,
    ready,
    restart() {
      // Only containerd waits for this one: the descriptor may be anything.
      const again = new Program(capsuleLog, Object.entries(parameters).flat(), {
        descriptors: [stdout.reader, stderr.reader, stdout.reader],
      });
      programs.push(again);
      return again;
    },
    async [Symbol.asyncDispose]() {
      stdout[Symbol.dispose]();
      stderr[Symbol.dispose]();
      for (const started of programs) await started[Symbol.asyncDispose]();
      socket.destroy();
    },
  };
}

/** The records of a log file, `<time> <stream> <tag> <text>`. Throws on a line that is none. */
export function readRecords(path: string): { stream: string; tag: string; text: string }[] {
  const text = readFileSync(path, 'latin1');
  if (text !== '' && !text.endsWith('\n')) throw new Error(`${path} ends in the middle of a line`);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const match = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z (\w+) ([FP]) (.*)$/.exec(line);
      if (match === null) throw new Error(`${path} holds a torn record: ${line}`);
      const [, stream = '', tag = '', rest = ''] = match;
      return { stream, tag, text: rest };
    });
}
