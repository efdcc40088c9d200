import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Attempts } from './attempts.ts';

test('an address that is refused again and again waits longer each time, and a success ends that', () => {
  const clock = { ms: 0 };
  const attempts = new Attempts(() => clock.ms);
  for (let n = 0; n < 9; n += 1) attempts.fail('10.0.0.1');
  assert.equal(attempts.pauseMs('10.0.0.1'), 0);
  const pauses = Array.from({ length: 8 }, () => {
    attempts.fail('10.0.0.1');
    return attempts.pauseMs('10.0.0.1');
  });
  assert.deepEqual(pauses, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  assert.equal(attempts.pauseMs('10.0.0.2'), 0);
  clock.ms += 60_000;
  assert.equal(attempts.pauseMs('10.0.0.1'), 0);
  attempts.succeed('10.0.0.1');
  attempts.fail('10.0.0.1');
  assert.equal(attempts.pauseMs('10.0.0.1'), 0);
});

test('the table of addresses is bounded, and forgets the one that failed longest ago', () => {
  const attempts = new Attempts(() => 0);
  for (let n = 0; n < 10; n += 1) attempts.fail('first');
  for (let n = 0; n < 4096; n += 1) attempts.fail(`10.${n}`);
  assert.equal(attempts.pauseMs('first'), 0);
});
