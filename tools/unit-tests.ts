/**
 * `npm run unit -- [options of node --test] [files]`: everything that needs neither root nor a
 * built rootfs. Contract tests and `test/` have lanes of their own.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { glob } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';

const root = join(import.meta.dirname, '..');
const asked = process.argv.slice(2);
const options = asked.filter((argument) => argument.startsWith('-'));
const files = asked.filter((argument) => !argument.startsWith('-'));

/** More do not help: a process loads most of the code for itself. */
const PROCESSES_MOST = 2;
// In one process for many files: starting one for each file would take more than twice as long. A file that leaks
// a handle keeps the process from ending and is found by that.
// Without threads of V8, one of which may hold up the exit for ever: nodejs/node#54918.
const defaults = ['--single-threaded', '--test', '--test-isolation=none', '--test-timeout=60000'];
const shares = files.length > 0 ? [files] : share(await unitTests());
const outcomes = await Promise.all(shares.map(runShare));
for (const { output } of outcomes) process.stdout.write(output);
process.exitCode = outcomes.find(({ code }) => code !== 0)?.code ?? 0;

async function unitTests(): Promise<string[]> {
  const patterns = ['packages/*/src', 'tools', 'bench', 'test/soak'].map(
    (at) => `${at}/**/*.test.ts`,
  );
  const found = await Array.fromAsync(glob(patterns, { cwd: root }));
  return found.filter((file) => !/\.(contract|machine)\.test\.ts$/.test(file)).sort();
}

/** Tests of one folder take alike long, so that neighbours go to different processes. */
function share(all: readonly string[]): readonly (readonly string[])[] {
  const count = Math.min(availableParallelism(), PROCESSES_MOST);
  return Array.from({ length: count }, (_, at) =>
    all.filter((_file, index) => index % count === at),
  );
}

/** The first says at once how its tests go, the others when all have ended: lines of two would mix. */
async function runShare(tests: readonly string[], index: number) {
  const child = spawn(process.execPath, [...defaults, ...options, ...tests], {
    cwd: root,
    stdio: ['inherit', index === 0 ? 'inherit' : 'pipe', 'inherit'],
  });
  const output = child.stdout === null ? Buffer.of() : buffer(child.stdout);
  const [code] = await once(child, 'close');
  return { code: code ?? 1, output: await output };
}
