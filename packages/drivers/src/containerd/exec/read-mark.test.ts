import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMark } from './read-mark.ts';

const MARK = 'CAPSULE_EXEC=one';

/** Returns the texts in this order, whichever file is read. */
function answers(...texts: readonly string[]) {
  const left = [...texts];
  return async () => left.shift() ?? assert.fail('read once too often');
}

test('the mark is a whole line of the environment', async () => {
  assert.equal(await readMark(1, MARK, answers(`A=1\0${MARK}\0`)), true);
  const other = `A=1\0${MARK}x\0B=${MARK}\0`;
  assert.equal(await readMark(1, MARK, answers(other, 'sh\0', other)), false);
});

test('a process that is executing another program does not count as one without a mark', async () => {
  assert.equal(await readMark(1, MARK, answers('', '')), undefined);
  assert.equal(await readMark(1, MARK, answers('', 'sleep\0', `${MARK}\0`)), true);
  assert.equal(await readMark(1, MARK, answers('', 'sleep\0', '')), false);
});
