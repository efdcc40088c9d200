import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readResults } from './read-results.ts';

const TAP = `TAP version 13
# Subtest: a suite
    # Subtest: good
    ok 1 - good
      ---
      duration_ms: 1.5
      type: 'test'
      ...
    # 12 s after its start
    # Subtest: bad
    not ok 2 - bad
      ---
      error: 'one is not two'
      ...
    ok 3 - left out # SKIP no disk
      ---
      ...
not ok 1 - a suite
  ---
  duration_ms: 3
  type: 'suite'
  ...
ok 2 - alone # flaky
1..2
# tests 4`;

test('each test has its result, its reason and its notes; a suite has none', () => {
  const results = readResults(TAP.split('\n'));
  assert.deepEqual(
    results.map(({ title, isOk, skip, remarks }) => [title.trim(), isOk, skip, remarks]),
    [
      ['good', true, undefined, ['12 s after its start']],
      ['bad', false, undefined, []],
      ['left out', true, 'no disk', []],
      ['alone', true, undefined, []],
    ],
  );
  assert.match(results[1]?.details.join('\n') ?? '', /one is not two/);
});

test('other output and interrupted runs are not results', () => {
  assert.deepEqual(readResults(['hello', '    ok then', '@exit 0']), []);
});
