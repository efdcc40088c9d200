import { startupSnapshot } from 'node:v8';
import { Interruption } from '../program/context/interruption.ts';
import { createOutput } from '../program/context/output.ts';
import { type EndSignal, routeSignals } from '../program/context/signals.ts';
import { openTerminal } from '../program/context/terminal.ts';
import { finish } from '../program/finish.ts';
import { type ProgramContext, runProgram } from '../program/run-program.ts';
import { CAPSULECTL } from './program.ts';

/** Where capsules of this machine put their sockets. */
const SOCKET_FOLDER = '/run/capsule';

if (startupSnapshot.isBuildingSnapshot()) {
  // The heap that this leaves is kept, and each start goes on from there: with the client, which takes longest to load.
  startupSnapshot.setDeserializeMainFunction(runCapsulectl);
  void import('@capsule/api/node');
} else {
  runCapsulectl();
}

/** Runs the program with what this process was started with, and ends the process. */
function runCapsulectl(): void {
  const stop = new AbortController();
  const interrupt = (signal: EndSignal | 'SIGPIPE') => stop.abort(new Interruption(signal));
  const signals = routeSignals(process, interrupt);

  const { env } = process;
  const context: ProgramContext = {
    program: CAPSULECTL,
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
      (await import('@capsule/api/node')).connectCapsule(target, options),
  };

  // No `await` at the top: a CommonJS bundle has none.
  const run = runProgram(process.argv.slice(2), context);
  // It fails only where its error output cannot be written: only the exit code is left.
  run
    .catch(() => 1)
    .then(async (exitCode) => {
      // Not by waiting for an empty event loop: a pipe that feeds us may stay open.
      process.exit(await finish(exitCode, context));
    });
}
