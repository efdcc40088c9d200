import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeSlowest, UNREASONED_LIMIT_S } from './slowest.ts';

const timed = (name: string, seconds: number) => ({ file: 'a.test.ts', name, seconds });
const SLOW = UNREASONED_LIMIT_S + 1;

test('the ten slowest are shown with their reasons, the slowest first', () => {
  const tests = Array.from({ length: 12 }, (_, index) => timed(`test ${index}`, index));
  const reasons = [{ file: 'a.test.ts', name: 'test 11', reason: 'it counts to eleven' }];
  const table = describeSlowest(tests, reasons);
  assert.doesNotMatch(table, /NO REASON/);
  assert.match(table, /11\.0 s {2}a\.test\.ts: test 11\n +it counts to eleven\n +10\.0 s/);
  assert.match(table, /: test 2\n/);
  assert.doesNotMatch(table, /: test 1\n/);
});

test('a slow test without a reason is marked, also if a test in another file has a reason', () => {
  const reasons = [
    { file: 'b.test.ts', name: 'case …', reason: 'elsewhere' },
    { file: 'a.test.ts', name: 'case … of many', reason: 'there are many' },
  ];
  const table = describeSlowest([timed('case 1', SLOW), timed('case 7 of many', SLOW)], reasons);
  assert.match(table, /case 1\n +NO REASON/);
  assert.match(table, /case 7 of many\n +there are many/);
});

test('without tests there is no table', () => {
  assert.equal(describeSlowest([], []), '');
});

test('a test whose title stands in another file lends its reason to no other of that file', () => {
  const reason = {
    file: 'test/a.test.ts',
    from: 'in-machine.ts',
    name: '… elsewhere',
    reason: 'slow',
  };
  const named = (name: string) => ({ file: 'in-machine.ts', name, seconds: SLOW });
  const table = describeSlowest(
    [named('a.test.ts elsewhere'), named('b.test.ts elsewhere')],
    [reason],
  );
  assert.match(table, /a\.test\.ts elsewhere\n +slow\n/);
  assert.match(table, /b\.test\.ts elsewhere\n +NO REASON/);
});
