import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface ProgramOptions {
  readonly env?: Record<string, string>;
  /** Descriptors from 3 on. */
  readonly descriptors?: readonly number[];
}

/** A running program whose stderr is read line by line. */
export class Program implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly lines: string[] = [];
  /** Exit code, or the signal that ended it. */
  readonly exit: Promise<number | string>;
  /** Resolves when no process holds its stderr any more. */
  readonly stderrEnd: Promise<void>;
  #waiting = new Set<() => void>();

  constructor(command: string, args: readonly string[], options: ProgramOptions = {}) {
    const stdio: StdioOptions = ['ignore', 'ignore', 'pipe', ...(options.descriptors ?? [])];
    const env = { ...process.env, ...options.env };
    this.child = spawn(command, args, { env, stdio });
    this.exit = once(this.child, 'exit').then(([code, signal]) => code ?? signal);
    const { stderr } = this.child;
    if (stderr === null) throw new Error('stderr is not a pipe');
    this.stderrEnd = once(stderr, 'close').then(() => undefined);
    createInterface({ input: stderr }).on('line', (line) => {
      this.lines.push(line);
      for (const wake of this.#waiting) wake();
    });
  }

  get pid(): number {
    const { pid } = this.child;
    if (pid === undefined) throw new Error('the program has not started');
    return pid;
  }

  /** Resolves with the match of the first line, from the `from`th on, that matches. */
  async line(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    const find = () => {
      for (const line of this.lines.slice(from)) {
        const match = pattern.exec(line);
        if (match !== null) return match;
      }
      return undefined;
    };
    const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
    const look = () => {
      const match = find();
      if (match !== undefined) resolve(match);
    };
    const giveUp = (why: string) =>
      reject(new Error(`${why} before ${pattern}; lines:\n${this.lines.join('\n')}`));
    const timer = setTimeout(giveUp, 20_000, 'timed out');
    this.#waiting.add(look);
    this.stderrEnd.then(look).then(() => giveUp('ended'));
    look();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(look);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exit;
    await this.stderrEnd;
  }
}

/** Runs a program to its end; resolves with its stdout. Rejects when it fails. */
export async function run(command: string, ...args: string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [code, signal] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${code ?? signal}`);
  return Buffer.concat(chunks).toString();
}
