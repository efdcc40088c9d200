import { Interruption } from './program/context/interruption.ts';
import { createOutput } from './program/context/output.ts';
import { type EndSignal, routeSignals } from './program/context/signals.ts';
import { openTerminal } from './program/context/terminal.ts';
import { finish } from './program/finish.ts';
import type { Program } from './program/program.ts';
import { type ProgramContext, runProgram } from './program/run-program.ts';

/** Where capsules of this machine put their sockets. */
const SOCKET_FOLDER = '/run/capsule';

/** Runs the program in this process, with these words of the command line, and ends the process. */
export function startProgram(
  program: Program,
  words: readonly string[],
  own: NodeJS.Process,
): void {
  const stop = new AbortController();
  const interrupt = (signal: EndSignal | 'SIGPIPE') => stop.abort(new Interruption(signal));
  const signals = routeSignals(own, interrupt);

  const { env } = own;
  const context: ProgramContext = {
    program,
    // Opened when it is read: most commands never do.
    get stdin() {
      return own.stdin;
    },
    out: createOutput(
      () => own.stdout,
      env,
      () => interrupt('SIGPIPE'),
    ),
    err: createOutput(
      () => own.stderr,
      env,
      () => interrupt('SIGPIPE'),
    ),
    env,
    signal: stop.signal,
    signals,
    get terminal() {
      return openTerminal({ input: own.stdin, output: own.stdout, life: own });
    },
    now: Date.now,
    socketFolder: SOCKET_FOLDER,
    // Help and usage errors need no client, which takes longer to load than all the rest.
    connect: async (target, options) =>
      typeof target === 'string'
        ? (await import('@capsule/api/node')).connectCapsule(target, options)
        : (await import('./shared/operator/connect-saved.ts')).connectSaved(
            target,
            { env, now: Date.now },
            options,
          ),
  };

  // No `await` at the top: a CommonJS bundle has none.
  const run = runProgram(words, context);
  // It fails only where its error output cannot be written: only the exit code is left.
  run
    .catch(() => 1)
    .then(async (exitCode) => {
      // Not by waiting for an empty event loop: a pipe that feeds us may stay open.
      own.exit(await finish(exitCode, context));
    });
}
