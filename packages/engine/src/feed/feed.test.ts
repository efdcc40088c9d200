import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStore } from '../store/open-store.ts';
import { Feed } from './feed.ts';

test('changes between two reads arrive together, each key once', async () => {
  const feed = new Feed(openStore(':memory:', []));
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

test('listeners are called after the commit, and never for a change that is rolled back', () => {
  const db = openStore(':memory:', []);
  const feed = new Feed(db);
  const seen: string[] = [];
  let isOpen = false;
  feed.listen((key) => seen.push(isOpen ? `${key} too early` : key));
  const inside = (work: () => void) => () => {
    isOpen = true;
    work();
    isOpen = false;
  };
  db.transaction(inside(() => feed.notify('kept')));
  db.rehearse(inside(() => feed.notify('rehearsed')));
  assert.throws(() =>
    db.transaction(() => {
      feed.notify('failed');
      throw new Error('stop');
    }),
  );
  db.transaction(() => {
    db.rehearse(() => feed.notify('rehearsed inside'));
    feed.notify('beside');
  });
  assert.deepEqual(seen, ['kept', 'beside']);
});
