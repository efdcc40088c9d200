import type { Lab } from '@capsule/testkit';
import { spawn } from '@lydell/node-pty';
import { until } from './until.ts';

/** A program in a pseudo-terminal. */
/** Disposal kills it. */
export interface TypedProgram extends Disposable {
  /** Everything that it has printed. */
  text(): string;
  type(keys: string): void;
  resize(cols: number, rows: number): void;
  kill(signal: string): void;
  /** Resolves when the output matches. */
  shows(pattern: RegExp): Promise<void>;
  /** Its exit code. */
  readonly exit: Promise<number>;
  readonly pid: number;
}

export function runInTerminal(lab: Lab, argv: readonly [string, ...string[]]): TypedProgram {
  const [command, ...args] = argv;
  const env = Object.fromEntries(
    Object.entries(lab.env).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
  const size = { cols: 100, rows: 30 };
  const program = spawn(command, args, { env: { ...env, TERM: 'xterm' }, ...size });
  let printed = '';
  program.onData((data) => {
    printed += data;
  });
  const exit = Promise.withResolvers<number>();
  program.onExit(({ exitCode, signal }) => exit.resolve(signal ? 128 + signal : exitCode));
  return {
    text: () => printed,
    type: (keys) => program.write(keys),
    resize: (cols, rows) => program.resize(cols, rows),
    kill: (signal) => program.kill(signal),
    shows: async (pattern) => {
      try {
        await until(String(pattern), 20_000, () => pattern.test(printed));
      } catch (cause) {
        throw new Error(`the terminal shows ${JSON.stringify(printed)}`, { cause });
      }
    },
    exit: exit.promise,
    pid: program.pid,
    [Symbol.dispose]: () => program.kill('SIGKILL'),
  };
}
