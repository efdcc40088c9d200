import assert from 'node:assert/strict';
import { test } from 'node:test';
import { snapshotKey } from './snapshot-key.ts';

const FACTS = {
  machine: '{"memory":256}',
  kernel: 'a',
  initramfs: 'b',
  processor: 'c',
  host: 'd',
  generation: 1,
};

test('equal facts have one key, and a change of any fact another one', () => {
  const key = snapshotKey(FACTS);
  assert.match(key, /^[0-9a-f]{32}$/);
  assert.equal(snapshotKey({ ...FACTS }), key);
  for (const change of [
    { machine: '{"memory":512}' },
    { kernel: 'x' },
    { initramfs: 'x' },
    { processor: 'x' },
    { host: 'x' },
    { generation: 2 },
  ]) {
    assert.notEqual(snapshotKey({ ...FACTS, ...change }), key);
  }
});
