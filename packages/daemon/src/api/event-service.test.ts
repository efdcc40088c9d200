import assert from 'node:assert/strict';
import { test } from 'node:test';
import { feedKeyOf, subjectOfWorkload } from '@capsule/core';
import { Feed, openStore } from '@capsule/engine';
import { EventHistory } from '../event/history.ts';
import { EventRecorder } from '../event/recorder.ts';
import { MIGRATIONS } from '../store/migrations.ts';
import { streamEvents } from './event-service.ts';

const ALL = { names: [] as string[], sinceUnixMs: 0n, follow: false, afterId: 0n, tail: 0 };
const WEB = subjectOfWorkload('web');
const YEAR_MS = 365 * 24 * 3600 * 1000;

test('events that are new, or follow a given event, are sent although the clock was set back', async (t) => {
  const db = openStore(':memory:', MIGRATIONS);
  t.after(() => db.close());
  const history = new EventHistory(db);
  let now = 0;
  const recorder = new EventRecorder(db, () => now);
  const feed = new Feed(db);
  const say = (reason: string, at: number, subject = WEB) => {
    now = at;
    recorder.append({ subject, uid: 'u' }, { severity: 'normal', reason, message: '' });
    feed.notify(feedKeyOf(subject));
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

test('a request for a workload or cell returns the events of its containers, and no others', async (t) => {
  const db = openStore(':memory:', MIGRATIONS);
  t.after(() => db.close());
  const history = new EventHistory(db);
  const recorder = new EventRecorder(db, () => 0);
  const feed = new Feed(db);
  const say = (reason: string, subject: string) => {
    recorder.append({ subject, uid: 'u' }, { severity: 'normal', reason, message: '' });
    feed.notify(feedKeyOf(subject));
  };
  const abort = new AbortController();
  t.after(() => abort.abort());
  const request = { ...ALL, follow: true, names: ['web', 'volume/data'] };
  const events = streamEvents(request, { history, feed }, abort.signal);
  say('First', WEB);
  say('Sibling', 'main_default_default_web_log');
  say('Elsewhere', 'main_default_shop_web_web');
  say('Other', 'volume/web');
  const { value } = await events.next();
  assert.deepEqual([value?.name, value?.reason], ['web', 'First']);
  assert.equal((await events.next()).value?.name, 'web/log');
  const next = events.next();
  say('Attached', 'volume/data');
  assert.equal((await next).value?.name, 'volume/data');
  const last = events.next();
  say('Elsewhere', 'main_default_shop_web_web');
  say('Last', WEB);
  assert.equal((await last).value?.reason, 'Last');
  const ofSibling = { ...ALL, names: ['web/log'] };
  const only = await Array.fromAsync(streamEvents(ofSibling, { history, feed }, abort.signal));
  assert.deepEqual(
    only.map(({ name }) => name),
    ['web/log'],
  );
});
