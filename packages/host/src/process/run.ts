import { spawn } from 'node:child_process';
import { processError } from './errors.ts';
import { requirePipes } from './require-pipes.ts';

export interface RunOptions {
  /** Written to the child's standard input, which is closed afterwards. */
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Milliseconds; the child is killed after that. Default: one minute. */
  readonly timeoutMs?: number;
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

/**
 * Runs a program to its end and collects what it prints (16 MiB at most of each stream). Never
 * through a shell. Fails with `PROCESS_NOT_STARTED`, `PROCESS_FAILED` or `PROCESS_TIMEOUT`.
 */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  options.signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<RunResult>();
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    cwd: options.cwd,
    ...(options.env === undefined ? {} : { env: { ...options.env } }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    killSignal: 'SIGKILL',
  });
  requirePipes(child, command);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill('SIGKILL');
  }, options.timeoutMs ?? 60_000);
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  // A child that ends before reading its input is judged by its exit code, not by EPIPE.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  child.on('error', (cause) => {
    clearTimeout(timer);
    if (options.signal?.aborted) reject(options.signal.reason);
    else reject(processError.NOT_STARTED({ command }, cause));
  });
  child.on('close', (code, killedBy) => {
    clearTimeout(timer);
    const result = { exitCode: code ?? -1, stdout: stdout(), stderr: stderr() };
    if (options.signal?.aborted) reject(options.signal.reason);
    else if (timedOut) reject(processError.TIMEOUT({ command, args, ...result }));
    else if ((options.allow ?? [0]).includes(result.exitCode)) resolve(result);
    else reject(processError.FAILED({ command, args, killedBy, ...result }));
  });
  return promise;
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
