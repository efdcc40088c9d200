import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Address } from '@capsule/api/wire';
import type { Announcement } from './announcement.ts';
import { findCapsule } from './find-capsule.ts';

const announced = (host: string, capsuleId = 'abc'): Announcement => ({
  instance: 'box-abc',
  address: { host, port: 50_000 },
  capsuleId,
  shortId: 'abc',
  hostname: 'box',
  version: '1',
  mode: 'runtime',
  isAdopted: true,
});

const isIt = async ({ host }: Address) => host === '192.0.2.7';

test('a machine that announces the id first does not hide the capsule', async () => {
  const found = await findCapsule('abc', isIt, async (signal, onFound) => {
    onFound(announced('192.0.2.66'));
    onFound(announced('192.0.2.8', 'other'));
    onFound(announced('192.0.2.7'));
    // The search goes on until the capsule has proven itself.
    if (!signal.aborted) await new Promise((ended) => signal.addEventListener('abort', ended));
  });
  assert.equal(found?.host, '192.0.2.7');
});

test('a proof that takes longer than the search counts', async () => {
  const slow = (address: Address) =>
    new Promise<boolean>((r) => setImmediate(() => r(isIt(address))));
  const found = await findCapsule('abc', slow, async (_, onFound) =>
    onFound(announced('192.0.2.7')),
  );
  assert.equal(found?.host, '192.0.2.7');
  assert.equal(
    await findCapsule('abc', slow, async (_, onFound) => onFound(announced('::1'))),
    undefined,
  );
});
