import { connectCapsule } from '@capsule/api/node';
import type { CapsuleClient } from '@capsule/api/wire';
import { CAPSULECTL } from '../capsulectl/program.ts';
import type { CapsuleTarget } from '../program/context/capsule-target.ts';
import type { Output } from '../program/context/output.ts';
import type { Signals } from '../program/context/signals.ts';
import type { Terminal } from '../program/context/terminal.ts';
import type { Program } from '../program/program.ts';
import { type ProgramContext, runProgram } from '../program/run-program.ts';
import { connectSaved } from '../shared/operator/connect-saved.ts';

export interface RunOptions {
  /** Another one than capsulectl. */
  readonly program?: Program;
  readonly target?: string;
  readonly stdin?: string | AsyncIterable<Uint8Array>;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly signals?: Signals;
  readonly terminal?: Terminal;
  readonly now?: () => number;
  readonly isTerminal?: boolean;
  /** Of the terminal; 80 by default. */
  readonly columns?: number;
  readonly socketFolder?: string;
  readonly connect?: (target: CapsuleTarget) => Promise<CapsuleClient>;
  /** Receives everything that is written, as it is written. */
  readonly onWrite?: (text: string) => void;
}

/** The operator who runs the tests has contexts of their own. */
const NO_CONFIG = { CAPSULE_CONFIG_DIR: '/nonexistent/capsule' };

const NO_SIGNALS: Signals = { take: () => ({ [Symbol.dispose]: () => undefined }) };

export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The whole program in this process, with the outside world replaced. */
export async function runCapsulectl(
  words: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const out = recordOutput(options);
  const err = recordOutput(options);
  const { target } = options;
  const context: ProgramContext = {
    program: options.program ?? CAPSULECTL,
    stdin: bytesOf(options.stdin ?? ''),
    out: out.output,
    err: err.output,
    env: { ...NO_CONFIG, ...(target && { CAPSULE_HOST: target }), ...options.env },
    signal: options.signal ?? new AbortController().signal,
    signals: options.signals ?? NO_SIGNALS,
    terminal: options.terminal,
    now: options.now ?? Date.now,
    socketFolder: options.socketFolder ?? '/nonexistent',
    connect:
      options.connect ??
      (async (at, how) =>
        typeof at === 'string'
          ? connectCapsule(at, how)
          : connectSaved(
              at,
              { env: { ...NO_CONFIG, ...options.env }, now: Date.now, find: async () => undefined },
              how,
            )),
  };
  const exitCode = await runProgram(words, context);
  return { exitCode, stdout: out.text(), stderr: err.text() };
}

function recordOutput({ isTerminal = false, columns = 80, onWrite }: RunOptions): {
  output: Output;
  text: () => string;
} {
  const written: Uint8Array[] = [];
  const output: Output = {
    isTerminal,
    columns,
    rows: 24,
    style: (_style, text) => text,
    flush: async () => undefined,
    async write(data) {
      const bytes = Buffer.from(data);
      written.push(bytes);
      onWrite?.(bytes.toString());
    },
  };
  return { output, text: () => Buffer.concat(written).toString() };
}

async function* bytesOf(input: string | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (typeof input === 'string') yield Buffer.from(input);
  else yield* input;
}
