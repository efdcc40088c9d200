import { startupSnapshot } from 'node:v8';
import { CAPSULECTL } from './capsulectl/program.ts';
import { KUKE } from './kuke/program.ts';
import { Interruption } from './program/context/interruption.ts';
import { createOutput } from './program/context/output.ts';
import { type EndSignal, routeSignals } from './program/context/signals.ts';
import { openTerminal } from './program/context/terminal.ts';
import { finish } from './program/finish.ts';
import type { Program } from './program/program.ts';
import { type ProgramContext, runProgram } from './program/run-program.ts';

/**
 * `main.ts PROGRAM WORD…`: all programs in one file, which loads and stores once what they share. The launchers in `bin`
 * and in the rootfs give the first word.
 */
const PROGRAMS: readonly [Program, ...Program[]] = [CAPSULECTL, KUKE];

/** Where capsules of this machine put their sockets. */
const SOCKET_FOLDER = '/run/capsule';

if (startupSnapshot.isBuildingSnapshot()) {
  // The heap that this leaves is kept, and each start goes on from there: with the client, which takes longest to load.
  startupSnapshot.setDeserializeMainFunction(startNamed);
  void import('@capsule/api/node');
} else {
  startNamed();
}

function startNamed(): void {
  const [, , name, ...words] = process.argv;
  const program = PROGRAMS.find((known) => known.name === name);
  if (program === undefined) {
    const names = PROGRAMS.map((known) => known.name).join(' or ');
    process.stderr.write(`error: the first word is the program: ${names}\n`);
    process.exitCode = 2;
    return;
  }
  startProgram(program, words);
}

/** Runs the program in this process, with these words of the command line, and ends the process. */
function startProgram(program: Program, words: readonly string[]): void {
  const stop = new AbortController();
  const interrupt = (signal: EndSignal | 'SIGPIPE') => stop.abort(new Interruption(signal));
  const signals = routeSignals(process, interrupt);

  const { env } = process;
  const context: ProgramContext = {
    program,
    // Opened when it is read: most commands never do.
    get stdin() {
      return process.stdin;
    },
    out: createOutput(process.stdout, env, () => interrupt('SIGPIPE')),
    err: createOutput(process.stderr, env, () => interrupt('SIGPIPE')),
    env,
    signal: stop.signal,
    signals,
    get terminal() {
      return openTerminal({ input: process.stdin, output: process.stdout, life: process });
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
      process.exit(await finish(exitCode, context));
    });
}
