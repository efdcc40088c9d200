/**
 * `node tools/record.ts FOLDER [FILE…]`: runs end-to-end test files, all by default, one after the other, and records
 * every answer of the API and every output of capsulectl into the folder, a file for each. See `tools/recording`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { findTests } from './test/find-tests.ts';

const root = join(import.meta.dirname, '..');
const [folder, ...asked] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('node tools/record.ts FOLDER [FILE…]\n');
  process.exit(2);
}

await mkdir(folder, { recursive: true });
const files = asked.length > 0 ? asked : await findTests(root, ['test/e2e/*.test.ts']);
for (const file of files) {
  const recording = resolve(folder, `${basename(file, '.test.ts')}.jsonl`);
  await rm(recording, { force: true });
  const exitCode = await record(resolve(file), recording);
  process.stdout.write(
    `${exitCode === 0 ? 'passed' : 'FAILED'} ${relative(root, resolve(file))}\n`,
  );
  if (exitCode !== 0) process.exitCode = 1;
}

async function record(file: string, recording: string): Promise<number> {
  const tap = `--import=${join(import.meta.dirname, 'recording/tap.ts')}`;
  const test = spawn(process.execPath, ['--test-reporter=spec', file], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, CAPSULE_RECORDING: recording, NODE_OPTIONS: tap },
  });
  const [code] = (await once(test, 'close')) as [number | null];
  return code ?? 1;
}
