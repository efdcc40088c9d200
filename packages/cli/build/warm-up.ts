import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startWarmCapsule } from './warm-capsule.ts';

const WATCH = join(import.meta.dirname, 'watch-run.ts');

/** Command lines whose modules stand in the first pack. */
const FREQUENT = [
  ['capsulectl', '--version'],
  ['capsulectl', '--help'],
  ['capsulectl', 'workload', 'list'],
  ['capsulectl', 'workload', 'get', 'web'],
  ['capsulectl', 'workload', 'exec', 'web', '--', 'true'],
  ['capsulectl', 'workload', 'logs', 'web'],
  ['kuke', 'exec', 'web', '--', 'true'],
  ['capsulectl', '__complete', '--', 'workload', 'get', ''],
];
/** Command lines whose code V8 compiles ahead, in either pack. */
const OTHERS = [
  ['capsulectl', 'workload', 'get', 'web', '-o', 'yaml'],
  ['capsulectl', 'workload', 'list', '-o', 'json'],
  ['capsulectl', 'workload', 'delete', 'web', '--force', '--yes'],
  ['capsulectl', 'workload', 'frobnicate'],
  ['capsulectl', 'apply', '-f', '-'],
  ['kuke', 'get', 'cell'],
];

/** Runs frequent command lines, and returns the numbers of the modules that ran. */
export async function modulesThatRun(program: string, folder: string): Promise<readonly number[]> {
  const file = join(folder, 'ran');
  await writeFile(file, '');
  await runAll(FREQUENT, { program, folder, env: { CAPSULE_BUILD_RAN: file } });
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  return [...new Set(lines.map(Number))];
}

/** Leaves the code that V8 compiles for all of these command lines beside the packs. */
export async function keepCompiled(program: string, folder: string): Promise<void> {
  await runAll([...FREQUENT, ...OTHERS], { program, folder, env: {} });
}

interface Runs {
  readonly program: string;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

/** One after another: each goes on from the code that the ones before it left. Some of them fail, as they should. */
async function runAll(lines: readonly (readonly string[])[], { program, folder, env }: Runs) {
  const socket = join(folder, 'warm.sock');
  await using _capsule = await startWarmCapsule(socket);
  for (const line of lines) {
    // The flag of the launchers: V8 refuses code that was compiled with other flags.
    const args = ['--single-threaded', '--import', WATCH, program, ...line];
    const run = promisify(execFile)(process.execPath, args, {
      env: { ...env, CAPSULE_HOST: `unix:${socket}`, NODE_NO_WARNINGS: '1' },
    });
    run.child.stdin?.end('kind: Container\nname: web\ncontainer:\n  image: busybox\n');
    await run.catch(({ code }) => code);
  }
}
