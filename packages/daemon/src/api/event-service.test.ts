import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Feed, openStore } from '@capsule/engine';
import { EventHistory } from '../event/history.ts';
import { EventRecorder } from '../event/recorder.ts';
import { MIGRATIONS } from '../store/migrations.ts';
import { streamEvents } from './event-service.ts';

const ALL = { names: [], sinceUnixMs: 0n, follow: false, afterId: 0n, tail: 0 };
const YEAR_MS = 365 * 24 * 3600 * 1000;

test('what is new is told although the clock was set back, and so is what follows an event', async (t) => {
  const db = openStore(':memory:', MIGRATIONS);
  t.after(() => db.close());
  const history = new EventHistory(db);
  let now = 0;
  const recorder = new EventRecorder(db, () => now);
  const feed = new Feed(db);
  const say = (reason: string, at: number) => {
    now = at;
    recorder.append({ name: 'web', uid: 'u' }, { severity: 'normal', reason, message: '' });
    feed.notify('web');
  };
  const abort = new AbortController();
  t.after(() => abort.abort());
  const reasons = (request: Partial<typeof ALL>) =>
    streamEvents({ ...ALL, ...request }, { history, feed }, abort.signal);
  say('Old', 0);
  say('Present', 30 * YEAR_MS);
  const followed = reasons({ follow: true, sinceUnixMs: BigInt(YEAR_MS) });
  assert.equal((await followed.next()).value?.reason, 'Present');
  const next = followed.next();
  say('SetBack', 1);
  assert.equal((await next).value?.reason, 'SetBack');
  const after = await Array.fromAsync(reasons({ afterId: 2n, sinceUnixMs: BigInt(YEAR_MS) }));
  assert.deepEqual(
    after.map(({ reason }) => reason),
    ['SetBack'],
  );
});
