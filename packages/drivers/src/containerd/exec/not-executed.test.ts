import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitCodeOf } from './not-executed.ts';

test('a program that the kernel refuses to execute is recognised, with a terminal too', () => {
  assert.equal(exitCodeOf(1, 'exec /run.sh: exec format error\n'), 126);
  assert.equal(exitCodeOf(255, 'exec /run.sh: exec format error\r\n'), 126);
  assert.equal(exitCodeOf(1, 'exec /a b: no such file or directory'), 127);
});

test('the output and the exit code of a program itself are kept', () => {
  assert.equal(exitCodeOf(1, 'sh: exec: line 1: nope: not found\n'), 1);
  assert.equal(exitCodeOf(1, 'more\nexec /run.sh: exec format error\n'), 1);
  assert.equal(exitCodeOf(3, 'exec /run.sh: exec format error\n'), 3);
  assert.equal(exitCodeOf(1, ''), 1);
});
