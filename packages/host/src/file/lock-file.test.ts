import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { lockFile } from './lock-file.ts';

async function scratch() {
  const path = await mkdtemp(join(tmpdir(), 'capsule-lock-'));
  const remove = () => rm(path, { recursive: true, force: true });
  return { lock: join(path, 'deep', 'lock'), [Symbol.asyncDispose]: remove };
}

test('a lock has one holder: a caller that does not wait is refused, and one that waits gets it later', async () => {
  await using place = await scratch();
  const first = await lockFile(place.lock, { wait: false });
  await assert.rejects(lockFile(place.lock, { wait: false }), { code: 'LOCK_HELD' });
  const second = lockFile(place.lock, { wait: true });
  await first[Symbol.asyncDispose]();
  await (await second)[Symbol.asyncDispose]();
  await using _third = await lockFile(place.lock, { wait: false });
});

test('a process that is killed with -9 loses its lock', async () => {
  await using place = await scratch();
  const module = JSON.stringify(join(import.meta.dirname, 'lock-file.ts'));
  const program = `
    const { lockFile } = await import(${module});
    await lockFile(${JSON.stringify(place.lock)}, { wait: false });
    process.stdout.write('held');
    setInterval(() => {}, 1000);
  `;
  const holder = spawn(process.execPath, ['--input-type=module', '--eval', program]);
  await once(holder.stdout, 'data');
  await assert.rejects(lockFile(place.lock, { wait: false }), { code: 'LOCK_HELD' });
  holder.kill('SIGKILL');
  await using _ours = await lockFile(place.lock, { wait: true });
});

test('the error says why a path cannot be locked', async () => {
  await assert.rejects(lockFile('/proc/nothing', { wait: false }), { code: 'LOCK_UNAVAILABLE' });
});
