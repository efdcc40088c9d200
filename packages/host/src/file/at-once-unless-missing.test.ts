import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { atOnceUnlessMissing } from './at-once-unless-missing.ts';

test('a missing file is undefined, and any other failure passes', () => {
  assert.equal(
    atOnceUnlessMissing(() => readFileSync('/proc/nothing', 'utf8')),
    undefined,
  );
  assert.notEqual(
    atOnceUnlessMissing(() => readFileSync('/proc/uptime', 'utf8')),
    undefined,
  );
  assert.throws(() => atOnceUnlessMissing(() => readFileSync('/proc', 'utf8')), { code: 'EISDIR' });
});
