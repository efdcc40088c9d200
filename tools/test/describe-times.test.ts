import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeTimes } from './describe-times.ts';

test('each lane has a line with its time and results, and the last one is of all', () => {
  const outcome = { name: 'e2e', seconds: 301.26, passed: 400, failed: 1, skipped: 2 };
  const lines = describeTimes([outcome], 400).trim().split('\n');
  assert.match(lines[1] ?? '', /^ {2}e2e +301\.3 s {2}400 passed, 1 failed, 2 skipped$/);
  assert.match(lines[2] ?? '', /^ {2}all +400\.0 s$/);
});
