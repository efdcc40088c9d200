import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startWarmCapsule } from './warm-capsule.ts';

const WATCH = join(import.meta.dirname, 'watch-run.ts');

/** V8 refuses code that was compiled with other flags. */
const LAUNCHER_FLAGS = [
  '--single-threaded-gc',
  '--no-concurrent-recompilation',
  '--no-concurrent-sparkplug',
];
/** Command lines by the pack in which their modules stand, unless an earlier pack has them. */
const FREQUENT = [
  [
    ['capsulectl', 'workload', 'list'],
    ['capsulectl', 'workload', 'get', 'web'],
    ['capsulectl', '__complete', '--', 'workload', 'get', ''],
  ],
  [
    ['capsulectl', 'workload', 'exec', 'web', '--', 'true'],
    ['capsulectl', 'workload', 'logs', 'web'],
    ['kuke', 'exec', 'web', '--', 'true'],
    ['kuke', 'get', 'cell'],
  ],
];
/** Command lines whose code V8 compiles ahead, too. */
const OTHERS = [
  ['capsulectl', 'workload', 'get', 'web', '-o', 'yaml'],
  ['capsulectl', 'workload', 'list', '-o', 'json'],
  ['capsulectl', 'workload', 'delete', 'web', '--force', '--yes'],
  ['capsulectl', '--debug', '--help'],
  ['capsulectl', 'workload', 'frobnicate'],
  ['capsulectl', 'apply', '-f', '-'],
];

/** Runs frequent command lines, and returns the numbers of the modules that ran, pack by pack. */
export async function modulesThatRun(
  program: string,
  folder: string,
): Promise<readonly (readonly number[])[]> {
  const known = new Set<number>();
  const packs: (readonly number[])[] = [];
  for (const lines of FREQUENT) {
    const file = join(folder, 'ran');
    await writeFile(file, '');
    await runAll(lines, { program, folder, env: { CAPSULE_BUILD_RAN: file } });
    const noted = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
    const fresh = new Set(noted.map(Number)).difference(known);
    for (const number of fresh) known.add(number);
    packs.push([...fresh]);
  }
  return packs;
}

/** Leaves the code that V8 compiles for all of these command lines beside the packs. */
export async function keepCompiled(program: string, folder: string): Promise<void> {
  await runAll([...FREQUENT.flat(), ...OTHERS], { program, folder, env: {} });
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
    const args = [...LAUNCHER_FLAGS, '--import', WATCH, program, ...line];
    const run = promisify(execFile)(process.execPath, args, {
      env: { ...env, CAPSULE_HOST: `unix:${socket}`, NODE_NO_WARNINGS: '1' },
    });
    run.child.stdin?.end('kind: Container\nname: web\ncontainer:\n  image: busybox\n');
    await run.catch(({ code }) => code);
  }
}
