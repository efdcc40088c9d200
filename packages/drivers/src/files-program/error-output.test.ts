import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorOutput } from './error-output.ts';

test('warnings and a failure are separated, however their lines are cut into chunks', () => {
  const text = 'warning\t./s\ta socket is left out\nwarning\t\tand 3 more\nfull\t/a\tNo space left';
  for (const size of [1, 7, 1000]) {
    const output = new ErrorOutput();
    for (let at = 0; at < text.length; at += size) output.add(text.slice(at, at + size));
    assert.deepEqual(output.warnings, ['./s: a socket is left out', 'and 3 more']);
    assert.equal(output.failure, 'full\t/a\tNo space left');
  }
});

test('a flood of warnings is bounded and does not hide the failure', () => {
  const output = new ErrorOutput();
  for (let n = 0; n < 5000; n += 1) output.add(`warning\t${'p'.repeat(9000)}\tlost\n`);
  output.add('failed\t/a\tbroken\n');
  assert.ok(output.warnings.length <= 200);
  assert.ok(output.warnings.every((line) => line.length <= 4200));
  assert.equal(output.failure, 'failed\t/a\tbroken');
});
