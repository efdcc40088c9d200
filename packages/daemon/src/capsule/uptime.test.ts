import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readUptime, secondsSinceStart } from './uptime.ts';

test('the uptime counts from the start of the first process, whatever its name', () => {
  const before = '1 (capsuled 3) 1 2) S 0 1 1 0 -1 4194560 5 6 7 8 9 10 11 12 20 0 1 0';
  assert.equal(secondsSinceStart(`${before} 9000 2363392 190\n`, 95.5), 5.5);
  // Both were read one after the other.
  assert.equal(secondsSinceStart(`${before} 9560 2363392 190\n`, 95.5), 0);
});

test('the uptime is read from Linux', async () => {
  const uptime = await readUptime();
  assert.ok(uptime > 0, String(uptime));
});
