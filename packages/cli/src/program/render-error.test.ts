import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CapsuleError } from '@capsule/core';
import { CAPSULECTL } from '../capsulectl/program.ts';
import { renderError } from './render-error.ts';

const HOW = { style: (_style: string, text: string) => text, isDebug: true };

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
