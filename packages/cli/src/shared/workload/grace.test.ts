import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Input } from '../../program/input.ts';
import { readGrace } from './grace.ts';

const graceOf = (grace?: string) => readGrace(new Input('capsulectl workload stop', [], { grace }));

test('a grace is a duration in whole seconds, or a number of them', () => {
  assert.deepEqual(graceOf(), {});
  assert.deepEqual(graceOf('0'), { graceSeconds: 0 });
  assert.deepEqual(graceOf('60'), { graceSeconds: 60 });
  assert.deepEqual(graceOf('5s'), { graceSeconds: 5 });
  assert.deepEqual(graceOf('1m30s'), { graceSeconds: 90 });
  for (const text of ['', '-1', '500ms', '1.5', '5 s', 'soon']) {
    assert.throws(() => graceOf(text), /whole seconds/, text);
  }
});
