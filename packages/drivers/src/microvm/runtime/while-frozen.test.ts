import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code, ConnectError } from '@connectrpc/connect';
import type { GuestClient } from '../guest/guest-client.ts';
import { whileFrozen } from './while-frozen.ts';

test('a guest that goes in the middle of a hold fails the hold, and nothing else', async () => {
  const gone = Promise.withResolvers<void>();
  let asked = 0;
  const freeze = async () => {
    asked += 1;
    if (asked === 1) return;
    gone.resolve();
    throw new ConnectError('the machine is gone', Code.Unavailable);
  };
  const guest = { calls: async () => ({ freeze, thaw: async () => ({}) }) };
  const parts = { guest: guest as unknown as GuestClient, container: 'vm', volume: 'data' };
  const work = async () => {
    await gone.promise;
    // By then Node has looked for failed promises without a handler.
    await new Promise((resolve) => setImmediate(resolve));
    return 'copied';
  };
  const held = whileFrozen({ ...parts, againEveryMs: 1 }, work);
  await assert.rejects(held, { code: 'MICROVM_AGENT_SILENT' });
});
