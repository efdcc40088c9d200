import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Candidate, selectProcesses } from './find-processes.ts';

const process = (pid: number, parent: number, session: number, more: Partial<Candidate> = {}) => ({
  pid,
  parent,
  session,
  isMarked: false,
  isZombie: false,
  ...more,
});

test('processes with the mark, and their children without it, belong to an exec', () => {
  const found = selectProcesses(
    [
      process(10, 1, 10),
      process(20, 1, 20, { isMarked: true }),
      process(21, 20, 21),
      process(22, 21, 22),
      process(23, 10, 20),
      process(24, 10, 24, { isMarked: true }),
      process(25, 20, 20, { isMarked: true, isZombie: true }),
    ],
    undefined,
  );
  assert.deepEqual(found, [20, 21, 22, 23, 24]);
});

test('a leader without a mark is found by its number, with its session and its children', () => {
  const found = selectProcesses(
    [process(5, 1, 5), process(30, 1, 30), process(31, 5, 30), process(32, 30, 32)],
    30,
  );
  assert.deepEqual(found, [30, 31, 32]);
});

test('no process of a container belongs to an exec that has left no trace', () => {
  assert.deepEqual(selectProcesses([process(5, 1, 5), process(6, 5, 5)], undefined), []);
});
