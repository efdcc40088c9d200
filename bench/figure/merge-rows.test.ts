import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeRows } from './merge-rows.ts';

const row = (id: string, what: string) => `| ${id} | ${what} |`;

test('a run of some benchmarks replaces their rows alone, and the order is that of all', () => {
  const before = [row('P1', 'old'), row('P1', 'gone'), row('P6-churn', 'kept'), row('V1', 'kept')];
  const measured = new Map([
    ['P6', [row('P6', 'new')]],
    ['P1', [row('P1', 'new')]],
  ]);
  const order = ['P1', 'P6', 'P6-churn', 'V1'];
  assert.deepEqual(mergeRows({ before, measured, order }), [
    row('P1', 'new'),
    row('P6', 'new'),
    row('P6-churn', 'kept'),
    row('V1', 'kept'),
  ]);
});

test('rows of a benchmark that no longer exists stay, at the end', () => {
  const before = [row('X9', 'kept'), row('P1', 'kept')];
  const rows = mergeRows({ before, measured: new Map(), order: ['P1'] });
  assert.deepEqual(rows, [row('P1', 'kept'), row('X9', 'kept')]);
});
