import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultOpenFiles } from './open-files.ts';
import { describeRlimits } from './rlimits.ts';

test('the limit of open files is the same everywhere, unless the manifest sets another', () => {
  const own = { type: 'RLIMIT_NOFILE', soft: 20_000, hard: 20_000 };
  assert.deepEqual(describeRlimits([], 20_000), [own]);
  const core = { type: 'RLIMIT_CORE', soft: 0, hard: 0 };
  assert.deepEqual(describeRlimits([{ name: 'core', soft: 0, hard: 0 }], 20_000), [core, own]);
  assert.deepEqual(describeRlimits([{ name: 'nofile', soft: 5, hard: 6 }], 20_000), [
    { type: 'RLIMIT_NOFILE', soft: 5, hard: 6 },
  ]);
});

test('a limit is at most that of the capsule', () => {
  const limits = (hard: string) =>
    `Limit  Soft  Hard\nMax open files            1024   ${hard}   files\n`;
  assert.equal(defaultOpenFiles(limits('20000')), 20_000);
  assert.equal(defaultOpenFiles(limits('1048576')), 65_536);
  assert.equal(defaultOpenFiles(limits('unlimited')), 65_536);
});
