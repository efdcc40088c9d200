import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wrapText } from './wrap-text.ts';

test('a text is broken at its blanks, and keeps its indent or hangs from its label', () => {
  assert.deepEqual(wrapText('short', 10), ['short']);
  assert.deepEqual(wrapText('one two three', 8), ['one two', 'three']);
  assert.deepEqual(wrapText('  one two three', 10), ['  one two', '  three']);
  assert.deepEqual(wrapText('fix: one two', 8, 5), ['fix: one', '     two']);
  assert.deepEqual(wrapText('日本 日本', 5), ['日本', '日本']);
  assert.deepEqual(wrapText('\u001b[32mone two\u001b[39m', 7), ['\u001b[32mone two\u001b[39m']);
});

test('a word that no line has room for stays behind its label, whole', () => {
  assert.deepEqual(wrapText('error: /a/very/long/path is gone', 12, 7), [
    'error: /a/very/long/path',
    '       is',
    '       gone',
  ]);
});
