import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printText } from './print-text.ts';

function printed(text: string, screen: { readonly isTTY?: boolean; readonly columns?: number }) {
  const written: string[] = [];
  printText({ ...screen, write: (part: string) => written.push(part) }, text);
  return written.join('');
}

test('lines are broken at words of a terminal, below the text that a number or a mark begins', () => {
  const screen = { isTTY: true, columns: 14 };
  assert.equal(printed('a container answers\n\nshort', screen), 'a container\nanswers\n\nshort\n');
  assert.equal(printed('1. a container answers', screen), '1. a container\n   answers\n');
  assert.equal(printed('  | a page of words', screen), '  | a page of\n    words\n');
});

test('in a pipe, and on a serial line without a size, a line stays as it is', () => {
  const text = 'a line of more than fourteen columns';
  assert.equal(printed(text, {}), `${text}\n`);
  assert.equal(printed(text, { isTTY: true, columns: 0 }), `${text}\n`);
});
