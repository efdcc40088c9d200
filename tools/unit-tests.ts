/**
 * `npm run unit -- [options of node --test] [files]`: everything that needs neither root nor a
 * built rootfs. Contract tests and `test/` have lanes of their own.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const asked = process.argv.slice(2);
const options = asked.filter((argument) => argument.startsWith('-'));
const files = asked.filter((argument) => !argument.startsWith('-'));

// In one process: starting one for each file would take more than twice as long. A file that leaks
// a handle keeps the process from ending and is found by that.
const defaults = ['--test', '--test-isolation=none', '--test-timeout=60000'];
const child = spawn(
  process.execPath,
  [...defaults, ...options, ...(files.length > 0 ? files : await unitTests())],
  { cwd: root, stdio: 'inherit' },
);
const [code] = await once(child, 'exit');
process.exitCode = code ?? 1;

async function unitTests(): Promise<string[]> {
  const patterns = ['packages/*/src', 'tools', 'bench', 'test/soak'].map(
    (at) => `${at}/**/*.test.ts`,
  );
  const found = await Array.fromAsync(glob(patterns, { cwd: root }));
  return found.filter((file) => !/\.(contract|machine)\.test\.ts$/.test(file)).sort();
}
