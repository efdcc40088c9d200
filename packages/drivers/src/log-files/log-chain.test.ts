import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isWhole } from './log-chain.ts';

const A = 1;
const B = 2;
const D = 4;

/** The second look at a log whose rotations are `x.2` and `x.1`. */
const look = (older: number | undefined, old: number | undefined, newest: number | undefined) => [
  { path: 'x.2', ino: older },
  { path: 'x.1', ino: old },
  { path: 'x', ino: newest },
];

test('a chain is whole when a second look finds the same names for the same files', () => {
  assert.equal(isWhole(look(B, A, D), look(B, A, D)), true);
  assert.equal(isWhole([], []), true);
});

test('rotations during both looks hide no file', () => {
  // The names were listed after x.1 had become x.2, and x was opened when it was a new file.
  const opened = [
    { path: 'x.2', ino: B },
    { path: 'x', ino: D },
  ];
  assert.equal(isWhole(opened, look(B, A, D)), false);
  // x.2 was looked at before the next rotation, x.1 and x after it: the files are those that were opened.
  assert.equal(isWhole(opened, look(B, D, undefined)), false);
  // x.1 was looked at between two renames.
  assert.equal(isWhole(opened, look(B, undefined, D)), false);
});
