import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Feed } from './feed.ts';

test('changes between two reads arrive together, each key once', async () => {
  const feed = new Feed();
  const stop = new AbortController();
  const changes = feed.changes(stop.signal);
  feed.notify('a');
  feed.notify('b');
  feed.notify('a');
  const first = await changes.next();
  assert.deepEqual([...(first.value ?? [])], ['a', 'b']);
  feed.notify('c');
  assert.deepEqual([...((await changes.next()).value ?? [])], ['c']);
  stop.abort();
  assert.equal((await changes.next()).done, true);
});
