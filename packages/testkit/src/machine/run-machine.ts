import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { machineError } from './errors.ts';
import { findCrash } from './find-crash.ts';
import { BEGIN_MARK, EXIT_MARK } from './guest-init.ts';

/** A virtual machine that runs one program on the capsule's rootfs and Debian's kernel, emulated. */
export interface Machine extends AsyncDisposable {
  /** The program's output, as it comes. Ends with the machine. */
  readonly lines: AsyncIterable<string>;
  /**
   * Of the program. Fails when the machine ended without one: with `MACHINE_CRASHED` when its kernel or the emulator
   * crashed, `MACHINE_OVERDUE` when its time was up, else `MACHINE_FAILED`. Settles after the last line.
   */
  readonly exitCode: Promise<number>;
  /** The output of its kernel and its first program so far. */
  console(): Promise<string>;
  /** Now, without a word to anybody. A file keeps what was written, a served disk what was flushed. */
  cutPower(): Promise<void>;
}

export interface MachineProcess {
  /** QEMU with its arguments; the program's output is its own. */
  readonly command: readonly [string, ...string[]];
  /** Its own; removed with the machine. */
  readonly folder: string;
  /** Where the kernel's words go. */
  readonly consoleFile: string;
  /** It is given up after this time. */
  readonly timeoutMs: number;
}

/** Emulated, and on a machine that is busy, a kernel has needed a minute. */
const BEGIN_LIMIT_MS = 240_000;
/**
 * An emulated machine takes a whole core for as long as it runs, and what runs at the same time is often a test with a
 * deadline, which should feel it little. With 5 it got so little of two busy cores that it missed deadlines of its own,
 * and ran on alone when all other lanes had ended.
 */
const NICENESS = 2;

/** Starts QEMU. It ends with this process, however that ends. */
export function runMachine({ command, folder, consoleFile, timeoutMs }: MachineProcess): Machine {
  const words = ['--pdeathsig', 'KILL', 'nice', '-n', String(NICENESS), ...command];
  const child = spawn('setpriv', words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  const life = { said: '', hasBegun: false, isStuck: false, isOverdue: false };
  child.stderr.on('data', (data: Buffer) => {
    life.said += data.toString();
  });
  const begin = setTimeout(() => {
    life.isStuck = !life.hasBegun;
    if (life.isStuck) child.kill('SIGKILL');
  }, BEGIN_LIMIT_MS);
  const end = setTimeout(() => {
    life.isOverdue = true;
    child.kill('SIGKILL');
  }, timeoutMs);
  const code = Promise.withResolvers<number>();
  // No caller may be waiting for it.
  code.promise.catch(() => undefined);
  const ended = closed
    .finally(() => {
      for (const timer of [begin, end]) clearTimeout(timer);
    })
    .then(
      async () => {
        code.reject(failureOf({ life, child, timeoutMs, screen: await readConsole(consoleFile) }));
      },
      (cause: unknown) => code.reject(machineError.FAILED({ detail: String(cause) }, cause)),
    );
  return {
    lines: linesOf(createInterface({ input: child.stdout }), {
      onBegin: () => {
        life.hasBegun = true;
      },
      onExit: code.resolve,
    }),
    exitCode: code.promise,
    console: () => readConsole(consoleFile),
    async cutPower() {
      child.kill('SIGKILL');
      await ended;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Ended {
  readonly life: { readonly said: string; hasBegun: boolean; isStuck: boolean; isOverdue: boolean };
  readonly child: ChildProcess;
  readonly timeoutMs: number;
  readonly screen: string;
}

const DETAIL_CHARACTERS = 2_000;

function failureOf({ life, child, timeoutMs, screen }: Ended): Error {
  const crash = findCrash({ ...life, console: screen, signal: child.signalCode });
  if (crash !== undefined) return machineError.CRASHED(crash);
  const detail = [life.said, screen.slice(-DETAIL_CHARACTERS)].filter(Boolean).join('\n').trim();
  return life.isOverdue
    ? machineError.OVERDUE({ seconds: timeoutMs / 1000, detail })
    : machineError.FAILED({ detail });
}

/** Empty for one that has not said anything. */
async function readConsole(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((failure: NodeJS.ErrnoException) => {
    if (failure.code === 'ENOENT') return '';
    throw failure;
  });
}

interface Marks {
  readonly onBegin: () => void;
  readonly onExit: (code: number) => void;
}

async function* linesOf(
  input: AsyncIterable<string>,
  { onBegin, onExit }: Marks,
): AsyncGenerator<string> {
  for await (const line of input) {
    if (line.startsWith(EXIT_MARK)) onExit(Number(line.slice(EXIT_MARK.length)));
    else if (line === BEGIN_MARK) onBegin();
    else yield line;
  }
}
