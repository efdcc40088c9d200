import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '@capsule/host';
import { readClaim } from '../embedded/claim/claim.ts';
import { STATE_ROOT } from '../embedded/claim/host-paths.ts';

const skip = process.getuid?.() === 0 ? false : 'needs root';
const bootstrap = join(import.meta.dirname, '../../../../tools/bootstrap.sh');
const timeoutMs = 600_000;

/** Runs one of the project's commands as `npm run` does. */
const command = (...args: string[]) =>
  run('sh', [bootstrap, ...args], { timeoutMs, env: process.env });

test('one command ends with a page from a container and from a microVM; run again, it changes nothing', {
  skip,
}, async () => {
  const name = `demo-${randomBytes(2).toString('hex')}`;
  const state = join(STATE_ROOT, name);
  await using _end = {
    [Symbol.asyncDispose]: async () => void (await command('stop', '--name', name, '--delete')),
  };
  const first = await command('start', '--name', name);
  assert.match(first.stdout, /Welcome to nginx!/);
  assert.match(first.stdout, /its API answered after \d+ ms/);
  const pid = (await readClaim(name))?.pid;
  const second = await command('start', '--name', name);
  assert.match(second.stdout, /runs already/);
  assert.match(second.stdout, /Welcome to nginx!/);
  assert.equal((await readClaim(name))?.pid, pid);
  const url = /from (http\S+):/.exec(first.stdout)?.[1] ?? '';
  assert.match(second.stdout, new RegExp(url));
  for (const { stdout } of [first, second]) {
    assert.match(stdout, /became kind: MicroVM, and [\d.]+ s later(.*\n)+.*Welcome to nginx!/);
    assert.match(
      stdout,
      /notes-writer deleted\n(.*\n)*.*\| written by notes-writer, which is gone/,
    );
  }

  const stopped = await command('stop', '--name', name);
  assert.match(stopped.stdout, /is stopped/);
  await access(state);
  // Whether anything answers at 127.0.0.1 tells nothing: another capsule may offer the port now.
  assert.equal(await readClaim(name), undefined);
  const again = await command('stop', '--name', name, '--delete');
  assert.match(again.stdout, /was not running/);
  await assert.rejects(access(state), { code: 'ENOENT' });
});

test('an option that does not exist is an error of usage', { skip }, async () => {
  await assert.rejects(command('stop', '--nmae', 'x'), { code: 'PROCESS_FAILED' });
});

test('a name that leads elsewhere is refused', { skip }, async () => {
  await assert.rejects(command('stop', '--name', '../x', '--delete'), { code: 'PROCESS_FAILED' });
});
