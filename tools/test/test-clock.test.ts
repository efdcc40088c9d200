import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClock } from './test-clock.ts';

const end = (name: string, nesting: number, seconds: number, type = 'test') => ({
  name,
  nesting,
  file: 'a.test.ts',
  details: { duration_ms: seconds * 1000, type },
});

test('tests of suites are counted, the suites and the parts of tests are not', () => {
  const clock = new TestClock();
  clock.note(end('in a suite', 2, 1));
  clock.note(end('inner', 1, 1, 'suite'));
  clock.note(end('part', 2, 2));
  clock.note(end('whole', 1, 3));
  clock.note(end('outer', 0, 4, 'suite'));
  clock.note({ ...end('elsewhere', 0, 1), file: 'b.test.ts' });
  clock.note(end('part of the last', 1, 1));
  clock.note(end('last', 0, 5));
  assert.deepEqual(
    clock.tests.map(({ file, name, seconds }) => `${file} ${name} ${seconds}`),
    ['a.test.ts in a suite 1', 'a.test.ts whole 3', 'a.test.ts last 5', 'b.test.ts elsewhere 1'],
  );
});
