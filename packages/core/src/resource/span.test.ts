import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatSpan, parseSpan } from './span.ts';

test('spans of time as people write them', () => {
  assert.equal(parseSpan('90'), 90);
  assert.equal(parseSpan('30m'), 1800);
  assert.equal(parseSpan('1d12h'), 129_600);
  for (const text of ['', 'h', '1.5h', '1h2d', '1h1h', '-1h', '1 h', '1w', `${'9'.repeat(13)}`]) {
    assert.equal(parseSpan(text), undefined, text);
  }
});

test('a written span reads back as the same', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 ** 9 }), (seconds) => {
      assert.equal(parseSpan(formatSpan(seconds)), seconds);
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      const seconds = parseSpan(text);
      assert.ok(seconds === undefined || Number.isSafeInteger(seconds));
    }),
  );
});
