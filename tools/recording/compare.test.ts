import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareRecordings, filesOfSome } from './compare.ts';
import type { Recording } from './read-recording.ts';

const recording = (...answers: readonly string[]): Recording =>
  new Map([['web', new Set(answers)]]);

test('an answer that only one side has is reported, in both directions', () => {
  assert.deepEqual(compareRecordings([recording('a', 'b')], [recording('b', 'c')]), [
    { file: 'web', lost: ['a'], added: ['c'] },
  ]);
});

test('an answer that only some recordings of a side have is noise', () => {
  const before = [recording('a', 'now and then'), recording('a')];
  assert.deepEqual(compareRecordings(before, [recording('a')]), []);
  assert.deepEqual(compareRecordings([recording('a')], before), []);
});

test('a test file that one side lacks is not compared, but named', () => {
  const other: Recording = new Map([['shop', new Set('b')]]);
  assert.deepEqual(compareRecordings([recording('a')], [other]), []);
  assert.deepEqual(filesOfSome([recording('a'), other]), ['shop', 'web']);
});
