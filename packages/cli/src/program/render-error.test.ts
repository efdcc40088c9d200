import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CapsuleError } from '@capsule/core';
import { CAPSULECTL } from '../capsulectl/program.ts';
import { renderError } from './render-error.ts';

const OUT = {
  style: (_style: string, text: string) => text,
  isTerminal: false,
  columns: 40,
};
const HOW = { out: OUT, isDebug: true };

/** Moves the cursor, rings, turns the direction of writing, ends a line without the terminal's knowledge. */
const CONTROLS = ['\u001b[2J', '\u0007', '\r', '\u009b', '\u202e', '\u2066', '\u2069', '\u2028'];

for (const control of CONTROLS) {
  test(`${JSON.stringify(control)} in an error does not reach the terminal`, () => {
    const text = `a${control}b`;
    const parts = { code: 'X_Y', kind: 'internal', message: text, why: text, hint: text } as const;
    for (const error of [new CapsuleError({ ...parts, cause: text }), new Error(text), text]) {
      const printed = renderError(error, CAPSULECTL, HOW);
      assert.ok(!printed.includes(control.slice(0, 1)), JSON.stringify(printed));
    }
  });
}

test('a message of several lines keeps them', () => {
  const error = new CapsuleError({ code: 'X_Y', kind: 'invalid', message: 'two:\n  a\n  b' });
  const how = { ...HOW, isDebug: false };
  assert.match(renderError(error, CAPSULECTL, how), /^error: two:\n {2}a\n {2}b\n/);
});

test('a long text is broken at words of a terminal, below its own beginning', () => {
  const error = new CapsuleError({
    code: 'X_Y',
    kind: 'invalid',
    message: 'the volume "notes" is in use by "writer"',
    hint: 'stop the workload "writer" first, or name another volume',
  });
  const on = (isTerminal: boolean) =>
    renderError(error, CAPSULECTL, { out: { ...OUT, isTerminal }, isDebug: false }).split('\n');
  assert.deepEqual(on(true).slice(0, 4), [
    'error: the volume "notes" is in use by',
    '       "writer"',
    '  fix: stop the workload "writer" first,',
    '       or name another volume',
  ]);
  assert.equal(on(false).length, 4);
});
