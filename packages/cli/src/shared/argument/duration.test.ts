import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseDuration, parseMoment } from './duration.ts';

test('durations are sums of numbers with units', () => {
  assert.equal(parseDuration('90s'), 90_000);
  assert.equal(parseDuration('1h30m'), 5_400_000);
  assert.equal(parseDuration('500ms'), 500);
  assert.equal(parseDuration('1.5m'), 90_000);
  assert.equal(parseDuration('2d'), 172_800_000);
  for (const text of ['', '10', 'm', '1x', '1m x', ' 1m', '-1m', '1h,2m']) {
    assert.equal(parseDuration(text), undefined, text);
  }
});

test('a moment is RFC 3339 or a duration before now', () => {
  assert.equal(parseMoment('10m', 1_000_000), 400_000);
  assert.equal(parseMoment('10d', 1_000_000), 0);
  assert.equal(parseMoment('1970-01-01T00:00:01.5Z', 0), 1500);
  assert.equal(parseMoment('1970-01-01T01:00:00+01:00', 0), 0);
  for (const text of ['1970-01-01', 'noon', '1970-13-01T00:00:00Z', '1970-01-01T00:00:00']) {
    assert.equal(parseMoment(text, 0), undefined, text);
  }
});

test('any text is a duration or not, and never a crash', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9.msh d-]{0,12}$/), (text) => {
      const ms = parseDuration(text);
      assert.ok(ms === undefined || (Number.isSafeInteger(ms) && ms >= 0));
    }),
  );
});
