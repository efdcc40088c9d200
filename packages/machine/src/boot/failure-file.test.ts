import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FailureFile } from './failure-file.ts';

test('the reason of a failed system is there for its own generation alone, until it is removed', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-failure-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = new FailureFile(join(folder, 'failure.json'));
  assert.equal(await file.read(2), undefined);
  await file.leave(2, 'capsuled is silent');
  assert.equal(await file.read(2), 'capsuled is silent');
  assert.equal(await file.read(3), undefined);
  await file.remove();
  await file.remove();
  assert.equal(await file.read(2), undefined);
});
