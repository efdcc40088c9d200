import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Readable } from 'node:stream';

/** The program of the checkout. */
export const CAPSULECTL = join(import.meta.dirname, '../../../bin/capsulectl');
const LONGEST_MS = 3 * 60_000;

export interface CapsulectlOptions {
  /** Its standard input; empty by default. */
  readonly input?: string | Uint8Array | Readable;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** The output of a run of capsulectl, and how it ended. */
export interface CapsulectlResult {
  /** 128 plus the number of the signal that ended it, as in a shell. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly stdoutBytes: Buffer;
}

/** A running capsulectl. Disposal kills it. */
export interface RunningCapsulectl extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly ended: Promise<CapsulectlResult>;
}

/** Runs capsulectl from the checkout with the capsule at `host`, to its end. Accepts any exit code. */
export async function runCapsulectl(
  host: string,
  args: readonly string[],
  options: CapsulectlOptions = {},
): Promise<CapsulectlResult> {
  await using running = startCapsulectl(host, args, options);
  return await running.ended;
}

/** Starts it and returns at once. It is killed after three minutes. */
export function startCapsulectl(
  host: string,
  args: readonly string[],
  { input = '', env = {}, cwd }: CapsulectlOptions = {},
): RunningCapsulectl {
  const child = spawn(CAPSULECTL, args, {
    stdio: 'pipe',
    cwd,
    env: { ...process.env, CAPSULE_HOST: host, ...env },
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS);
  const source = input instanceof Readable ? input : Readable.from([Buffer.from(input)]);
  source.pipe(child.stdin);
  // If the program ends before it has read all input, only its exit code counts.
  child.stdin.on('error', () => source.destroy());
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const ended = once(child, 'close').then(([code]) => {
    clearTimeout(timer);
    const bytes = Buffer.concat(stdout);
    return {
      exitCode: (code as number | null) ?? 137,
      stdout: bytes.toString(),
      stderr: Buffer.concat(stderr).toString(),
      stdoutBytes: bytes,
    };
  });
  return {
    child,
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** The code of the last error that capsulectl printed, such as `IMAGE_INVALID`; empty if there is none. */
export function errorCodeOf({ stderr }: Pick<CapsulectlResult, 'stderr'>): string {
  return [...stderr.matchAll(/^ {2}see: capsulectl explain ([A-Z0-9_]+)$/gm)].at(-1)?.[1] ?? '';
}

function collect(stream: Readable): Buffer[] {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return chunks;
}
