/**
 * `npm run fuzz [-- CASES [SEED]]`: hostile input on the port of the API, 100,000 cases of each kind. Prints the seed
 * first, with which a failure comes again; seeds that failed once are run every time.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const FILE = 'packages/daemon/src/api/port.fuzz.test.ts';
const [cases = '100000', seed = String(Date.now() % 2 ** 31)] = process.argv.slice(2);

const kept = await readFile(join(root, 'packages/daemon/src/api/fuzz-seeds.txt'), 'utf8');
const seeds = kept.split('\n').filter((line) => /^\d+$/.test(line));
for (const one of [...seeds, seed]) {
  process.stdout.write(`fuzz: seed ${one}, ${one === seed ? cases : '2000'} cases of each kind\n`);
  const env = {
    ...process.env,
    CAPSULE_FUZZ_CASES: one === seed ? cases : '2000',
    CAPSULE_FUZZ_SEED: one,
  };
  const child = spawn(process.execPath, ['--test', '--test-reporter=spec', FILE], {
    cwd: root,
    env,
    stdio: 'inherit',
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) {
    process.exitCode = 1;
    break;
  }
}
