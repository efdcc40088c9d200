import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { processError } from './errors.ts';
import { requirePipes } from './require-pipes.ts';

export interface RunOptions {
  /** Written to the child's standard input, which is closed afterwards. */
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Milliseconds; the child is killed after that. Default: one minute. */
  readonly timeoutMs?: number;
  /** Milliseconds that a killed child may take to end. Default: ten seconds. */
  readonly deathMs?: number;
  /** Exit codes that are not a failure. Default: `[0]`. */
  readonly allow?: readonly number[];
  readonly signal?: AbortSignal;
}

export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const OUTPUT_LIMIT_BYTES = 16 * 1024 * 1024;

const TIMEOUT_MS = 60_000;
/** Processes die within milliseconds of KILL, unless the kernel holds them in a broken disk or mount. */
const DEATH_MS = 10_000;

/**
 * Runs a program to its end and collects what it prints (16 MiB at most of each stream). Never
 * through a shell. Resolves and rejects after the program has ended, also when it is killed. Fails with
 * `PROCESS_NOT_STARTED`, `PROCESS_FAILED`, `PROCESS_TIMEOUT` or `PROCESS_LEFT`.
 */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const { signal, allow = [0], timeoutMs = TIMEOUT_MS, deathMs = DEATH_MS } = options;
  signal?.throwIfAborted();
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    cwd: options.cwd,
    ...(options.env === undefined ? {} : { env: { ...options.env } }),
  });
  requirePipes(child, command);
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  // A child that ends before reading its input is judged by its exit code, not by EPIPE.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const how = await awaitEnd(child, { command, timeoutMs, deathMs, signal });
  signal?.throwIfAborted();
  const result = { exitCode: child.exitCode ?? -1, stdout: stdout(), stderr: stderr() };
  const facts = { command, args, ...result };
  if (how === 'left') throw processError.LEFT({ ...facts, pid: child.pid ?? 0 });
  if (how === 'timeout') throw processError.TIMEOUT(facts);
  if (allow.includes(result.exitCode)) return result;
  throw processError.FAILED({ killedBy: child.signalCode, ...facts });
}

interface EndParts {
  readonly command: string;
  readonly timeoutMs: number;
  readonly deathMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Kills the child when its time is over or `signal` aborts. Resolves when it has ended; with `left` when it
 * does not end `deathMs` after that.
 */
async function awaitEnd(
  child: ChildProcessByStdio<Writable, Readable, Readable>,
  { command, timeoutMs, deathMs, signal }: EndParts,
): Promise<'ended' | 'timeout' | 'left'> {
  const { promise, resolve, reject } = Promise.withResolvers<'ended' | 'timeout' | 'left'>();
  let how: 'ended' | 'timeout' = 'ended';
  let death: NodeJS.Timeout | undefined;
  const kill = () => {
    child.kill('SIGKILL');
    // A process that the child started may keep the pipes open after its end.
    child.once('exit', () => closePipes(child));
    death = setTimeout(() => resolve('left'), deathMs);
  };
  const timer = setTimeout(() => {
    how = 'timeout';
    kill();
  }, timeoutMs);
  signal?.addEventListener('abort', kill, { once: true });
  child.on('error', (cause) => reject(processError.NOT_STARTED({ command }, cause)));
  child.on('close', () => resolve(how));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    clearTimeout(death);
    signal?.removeEventListener('abort', kill);
  }
}

function closePipes({ stdin, stdout, stderr }: ChildProcessByStdio<Writable, Readable, Readable>) {
  for (const pipe of [stdin, stdout, stderr]) pipe.destroy();
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    if (size < OUTPUT_LIMIT_BYTES) chunks.push(chunk);
    size += chunk.length;
  });
  return () => Buffer.concat(chunks).toString('utf8');
}
