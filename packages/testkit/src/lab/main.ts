import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { isCapsuleError } from '@capsule/core';
import { startLab } from './start-lab.ts';

/**
 * `npm run lab -- COMMAND…`: runs a command with a throwaway capsule around it; without a command,
 * a shell. Ends with the command's exit code, or with 1 when the capsule left anything behind.
 */
const say = (line: string) => void process.stderr.write(`${line}\n`);
const [command = process.env['SHELL'] ?? '/bin/sh', ...args] = process.argv.slice(2);

let child: ReturnType<typeof spawn> | undefined;
let interrupted: NodeJS.Signals | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interrupted = signal;
    // The terminal has signalled the command already.
    if (signal !== 'SIGINT') child?.kill(signal);
  });
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!isCapsuleError(error)) throw error;
  say([`error: ${error.message}`, error.why, error.hint].filter(Boolean).join('\n'));
  process.exitCode = 1;
}

async function main(): Promise<number> {
  await using lab = await startLab({ progress: say });
  const mark = `capsule ${lab.name} at ${lab.address}, API after ${Math.round(lab.readyMs)} ms`;
  say(`lab: ${mark}`);
  if (interrupted !== undefined) return 128 + constants.signals[interrupted];
  child = spawn(command, args, { stdio: 'inherit', env: lab.env });
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + constants.signals[signal ?? 'SIGKILL'];
  } catch (error) {
    say(`error: ${command} cannot be run: ${(error as Error).message}`);
    return 127;
  }
}
