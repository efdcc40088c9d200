import { EventEmitter } from 'node:events';
import type { FSWatcher } from 'node:fs';
import { watch } from 'node:fs';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type PathWatchOptions, watchPath } from './path-watch.ts';

const FULL = Object.assign(new Error('no watch left'), { code: 'ENOSPC' });
/** A watch without events. */
const silent = () => Object.assign(new EventEmitter(), { close() {} }) as unknown as FSWatcher;
const refused = () => {
  throw FULL;
};

async function open(t: TestContext, options: PathWatchOptions) {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-path-watch-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'x.log');
  const watching = watchPath(path, new AbortController().signal, options);
  t.after(() => watching[Symbol.dispose]());
  // The first call resolves at once, because there may be changes already.
  await watching.next();
  return { path, watching };
}

test('a folder that cannot be watched is polled', async (t) => {
  const { watching } = await open(t, { watchFolder: refused, pollMs: 1 });
  await watching.next();
  await watching.next();
});

test('a watch that fails is replaced by polling, without an error', async (t) => {
  const made: FSWatcher[] = [];
  const watchFolder = () => {
    const watcher = silent();
    made.push(watcher);
    return watcher;
  };
  const { watching } = await open(t, { watchFolder, pollMs: 1 });
  made[0]?.emit('error', FULL);
  await watching.next();
  await watching.next();
});

test('a failure to renew a watch, in a timer or a handler, is not an error', async (t) => {
  let left = 1;
  const made: FSWatcher[] = [];
  const watchFolder = () => {
    left -= 1;
    if (left < 0) throw FULL;
    const watcher = silent();
    made.push(watcher);
    return watcher;
  };
  const { watching } = await open(t, { watchFolder, pollMs: 1, resyncMs: 5 });
  await watching.next();
  await watching.next();
  left = 1;
  while (made.length < 2) await watching.next();
  made[1]?.emit('change', 'rename', 'x.log');
  made[1]?.emit('error', FULL);
  await watching.next();
});

test('once a folder can be watched again, its events count again', async (t) => {
  let isFull = true;
  const watchFolder = (folder: string) => (isFull ? refused() : watch(folder));
  const { path, watching } = await open(t, { watchFolder, pollMs: 60_000, resyncMs: 5 });
  isFull = false;
  await watching.next();
  await appendFile(path, 'more\n');
  await watching.next();
});
