import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from './run.ts';

/** Takes every descriptor that is left, and then runs a program. */
const SCRIPT = `
import { openSync } from 'node:fs';
import { run } from ${JSON.stringify(new URL('./run.ts', import.meta.url).href)};
await run('true', []);
const taken = [];
try { for (;;) taken.push(openSync('/dev/null')); } catch {}
const code = await run('true', []).catch((error) => error.code);
await new Promise((resolve) => setImmediate(resolve));
process.stdout.write(code + '\\nlives\\n');
`;

test('a program that no descriptor is left for fails, and nothing else does', async () => {
  const node = [process.execPath, '--input-type=module', '--eval', SCRIPT];
  const { stdout } = await run('prlimit', ['--nofile=64:64', ...node]);
  assert.equal(stdout, 'PROCESS_NOT_STARTED\nlives\n');
});
