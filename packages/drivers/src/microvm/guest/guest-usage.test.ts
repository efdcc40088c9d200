import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GuestClient } from './guest-client.ts';
import { guestUsage } from './guest-usage.ts';

const guestThatAnswers = (usage: () => Promise<object>) =>
  ({ calls: async () => ({ usage }) }) as unknown as GuestClient;

test("a count that no machine can have is left out of a guest's report", async () => {
  const answer = { cpuUsageMicros: 5n, memoryBytes: 2n ** 64n - 1n, pids: 0n };
  const usage = await guestUsage(guestThatAnswers(async () => answer));
  assert.deepEqual(usage, { cpuMicros: 5, pids: 0 });
});

test('the usage of a guest that does not answer is unknown', async () => {
  const silent = guestThatAnswers(() => Promise.reject(new Error('no agent')));
  assert.equal(await guestUsage(silent), undefined);
});
