import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTarget } from './parse-target.ts';

test('a unix target is read with and without slashes', () => {
  for (const text of ['unix:/run/capsule/capsuled.sock', 'unix:///run/capsule/capsuled.sock']) {
    assert.deepEqual(parseTarget(text), { socketPath: '/run/capsule/capsuled.sock' });
  }
});

test('anything else is refused', () => {
  for (const text of ['', 'unix:', 'unix:relative.sock', 'capsule.lan:50000', '/run/a.sock']) {
    assert.throws(() => parseTarget(text), { code: 'API_TARGET_INVALID' });
  }
});
