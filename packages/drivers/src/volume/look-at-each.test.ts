import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lookAtEach } from './look-at-each.ts';

interface Seen {
  readonly name: string;
  readonly uid?: string;
}

const looks = {
  look: async (name: string): Promise<Seen> => {
    if (name.startsWith('bad')) throw new Error('cannot be activated');
    return name === 'gone' ? { name } : { name, uid: name };
  },
  isThere: async (name: string) => !name.endsWith('gone'),
  unread: (name: string): Seen => ({ name }),
};

test('a volume that cannot be read is listed, and the others too', async () => {
  const seen = await lookAtEach(['good', 'bad', 'gone', 'bad-gone'], looks);
  assert.deepEqual(seen, [{ name: 'good', uid: 'good' }, { name: 'bad' }]);
});

test('an aborted look fails', async () => {
  const aborted = AbortSignal.abort();
  await assert.rejects(lookAtEach(['bad'], looks, aborted), /cannot be activated/);
});
