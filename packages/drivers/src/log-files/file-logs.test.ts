import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { LogEntry, LogQuery } from '@capsule/core';
import { logStoreContract } from '@capsule/testkit';
import { FileLogs } from './file-logs.ts';

const logs = new FileLogs();
const never = new AbortController().signal;
const ALL: LogQuery = { follow: false };

logStoreContract('files', async (t) => {
  const path = join(dirname(await logPath(t)), 'main_default_default_web', 'web.log');
  return {
    store: logs,
    path,
    write: async (entries) => {
      await mkdir(dirname(path), { recursive: true });
      for (const { time, stream, partial, text } of entries) {
        const head = `${time} ${stream} ${partial ? 'P' : 'F'} `;
        await appendFile(path, Buffer.concat([Buffer.from(head), text, Buffer.from('\n')]));
      }
    },
    rotate: () => rotate(path),
  };
});

async function logPath(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-log-'));
  t.after(() => rm(folder, { recursive: true }));
  return join(folder, 'web.log');
}

/** Returns line `n`, one second after line `n - 1`. */
function line(n: number, text = `line ${n}`, tag = 'F'): string {
  return `${timeOf(n)} stdout ${tag} ${text}\n`;
}

function timeOf(n: number): string {
  return `${new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString().slice(0, 19)}.000000123Z`;
}

function lines(from: number, to: number): string {
  return Array.from({ length: to - from + 1 }, (_, at) => line(from + at)).join('');
}

async function rotate(path: string): Promise<void> {
  await rm(`${path}.2`, { force: true });
  await rename(`${path}.1`, `${path}.2`).catch(() => undefined);
  await rename(path, `${path}.1`);
  await writeFile(path, '');
}

async function entries(path: string, query: LogQuery): Promise<LogEntry[]> {
  return Array.fromAsync(logs.read(path, query, never));
}

async function texts(path: string, query: LogQuery = ALL): Promise<string[]> {
  return (await entries(path, query)).map(textOf);
}

function textOf(entry: LogEntry): string {
  return Buffer.from(entry.text).toString();
}

function range(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, at) => `line ${from + at}`);
}

/** Takes entries one by one from a followed log. */
function follow(t: TestContext, path: string, query: Partial<LogQuery> = {}) {
  const abort = new AbortController();
  const stream = logs.read(path, { ...query, follow: true }, abort.signal);
  t.after(async () => {
    abort.abort();
    await stream.return(undefined);
  });
  const entry = async () => {
    const { value } = await stream.next();
    assert.ok(value !== undefined, 'the stream ended');
    return value;
  };
  return {
    entry,
    take: async (count: number) => {
      const taken: string[] = [];
      while (taken.length < count) taken.push(textOf(await entry()));
      return taken;
    },
    end: async () => {
      abort.abort();
      return stream.next();
    },
  };
}

test('a missing log has no entries', async (t) => {
  assert.deepEqual(await texts(await logPath(t)), []);
  assert.deepEqual(await texts('/proc/nowhere/at/all.log'), []);
});

test('an entry carries time, stream, tag and the exact bytes', async (t) => {
  const path = await logPath(t);
  const bytes = Buffer.concat([
    Buffer.from('2026-11-23T01:02:03.123456789Z stderr P '),
    Buffer.from([0xff, 0x00, 0x20, 0x0d]),
    Buffer.from('\n2026-11-23T01:02:04Z stdout F \n'),
  ]);
  await writeFile(path, bytes);
  const [first, second] = await entries(path, ALL);
  assert.equal(first?.time, '2026-11-23T01:02:03.123456789Z');
  assert.equal(first?.stream, 'stderr');
  assert.equal(first?.partial, true);
  assert.deepEqual([...(first?.text ?? [])], [0xff, 0x00, 0x20, 0x0d]);
  assert.equal(second?.partial, false);
  assert.equal(second?.text.length, 0);
});

test('rotated files come first, oldest line first', async (t) => {
  const path = await logPath(t);
  await writeFile(`${path}.2`, lines(1, 3));
  await writeFile(`${path}.1`, lines(4, 6));
  await writeFile(path, lines(7, 9));
  await writeFile(`${path}.old`, line(99));
  await writeFile(`${path}2`, line(98));
  assert.deepEqual(await texts(path), range(1, 9));
});

test('the last n lines are found across files, for every n', async (t) => {
  const path = await logPath(t);
  await writeFile(`${path}.2`, lines(1, 3));
  await writeFile(`${path}.1`, lines(4, 4));
  await writeFile(path, lines(5, 9));
  for (let n = 0; n <= 11; n++) {
    const wanted = range(1, 9).slice(Math.max(0, 9 - n));
    assert.deepEqual(await texts(path, { follow: false, tailLines: n }), wanted, `tail ${n}`);
  }
});

test('the tail of a log that is larger than a block starts at the right line', async (t) => {
  const path = await logPath(t);
  await writeFile(path, lines(1, 20_000));
  for (const n of [1, 1_500, 1_600, 19_999, 20_000]) {
    const wanted = range(20_001 - n, 20_000);
    assert.deepEqual(await texts(path, { follow: false, tailLines: n }), wanted);
  }
});

test('a line of another form is returned unchanged, with the time of the line before it', async (t) => {
  const path = await logPath(t);
  await writeFile(path, `${line(1)}what is this\n\n${line(2)}`);
  const found = await entries(path, ALL);
  assert.deepEqual(found.map(textOf), ['line 1', 'what is this', '', 'line 2']);
  assert.equal(found[1]?.time, timeOf(1));
});

test('an endless line is cut into bounded pieces without loss', async (t) => {
  const path = await logPath(t);
  const text = 'x'.repeat(300_000);
  await writeFile(path, line(1, text) + line(2));
  const found = await entries(path, ALL);
  assert.ok(found.every((entry) => entry.text.length <= 128 * 1024));
  assert.equal(found.slice(0, -1).map(textOf).join(''), text);
  assert.equal(textOf(found.at(-1) as LogEntry), 'line 2');
});

test('an unfinished line is returned once it is whole', async (t) => {
  const path = await logPath(t);
  const whole = line(2);
  await writeFile(path, line(1) + whole.slice(0, 40));
  assert.deepEqual(await texts(path), ['line 1']);
  assert.deepEqual(await texts(path, { follow: false, tailLines: 1 }), ['line 1']);
  const reader = follow(t, path);
  assert.deepEqual(await reader.take(1), ['line 1']);
  await appendFile(path, whole.slice(40));
  assert.deepEqual(await reader.take(1), ['line 2']);
});

test('a torn last line of a rotated file is returned', async (t) => {
  const path = await logPath(t);
  await writeFile(`${path}.1`, `${line(1)}${timeOf(2)} stdout F torn`);
  await writeFile(path, line(3));
  assert.deepEqual(await texts(path), ['line 1', 'torn', 'line 3']);
  assert.deepEqual(await texts(path, { follow: false, tailLines: 2 }), ['torn', 'line 3']);
});

test('following waits for a log whose folder does not exist yet', async (t) => {
  const path = join(await logPath(t), 'deep', 'er', 'web.log');
  const reader = follow(t, path);
  const first = reader.take(2);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, lines(1, 2));
  assert.deepEqual(await first, range(1, 2));
});

test('following continues across rotations and a truncated file', async (t) => {
  const path = await logPath(t);
  await writeFile(path, lines(1, 2));
  const reader = follow(t, path);
  assert.deepEqual(await reader.take(2), range(1, 2));
  await appendFile(path, lines(3, 4));
  await rotate(path);
  await appendFile(path, lines(5, 5));
  await rotate(path);
  await appendFile(path, lines(6, 6));
  assert.deepEqual(await reader.take(4), range(3, 6));
  await truncate(path);
  await appendFile(path, 'short\n');
  assert.deepEqual(await reader.take(1), ['short']);
});

test('a follower that is slower than rotation loses nothing of the files that it has open', async (t) => {
  const path = await logPath(t);
  await writeFile(`${path}.1`, lines(1, 3));
  await writeFile(path, lines(4, 6));
  const reader = follow(t, path);
  assert.deepEqual(await reader.take(1), ['line 1']);
  await rotate(path);
  await rotate(path);
  await appendFile(path, lines(7, 7));
  assert.deepEqual(await reader.take(6), range(2, 7));
});

test('the first line after unread files were removed says that lines may be missing', async (t) => {
  const path = await logPath(t);
  await writeFile(path, line(1));
  const reader = follow(t, path);
  assert.equal((await reader.entry()).isAfterGap, undefined);
  await rotate(path);
  await appendFile(path, line(2));
  assert.equal((await reader.entry()).isAfterGap, undefined);
  for (let n = 3; n <= 6; n++) {
    await rotate(path);
    await appendFile(path, line(n));
  }
  const found = [await reader.entry(), await reader.entry(), await reader.entry()];
  assert.deepEqual(found.map(textOf), range(4, 6));
  assert.deepEqual(
    found.map((entry) => entry.isAfterGap),
    [true, undefined, undefined],
  );
});

test('when the file of a cursor is gone, the time of the entry decides', async (t) => {
  const path = await logPath(t);
  await writeFile(path, lines(1, 2));
  const cursor = (await entries(path, ALL)).at(-1)?.cursor ?? '';
  await rotate(path);
  await appendFile(path, lines(2, 4));
  await rm(`${path}.1`);
  assert.deepEqual(await texts(path, { follow: false, cursor }), range(3, 4));
});

test('the first line after a lost cursor says whether lines may be missing', async (t) => {
  const path = await logPath(t);
  await writeFile(path, lines(1, 2));
  const cursor = (await entries(path, ALL)).at(-1)?.cursor ?? '';
  const gaps = async () =>
    (await entries(path, { follow: false, cursor })).map((entry) => entry.isAfterGap);
  await rotate(path);
  await appendFile(path, lines(2, 4));
  await rm(`${path}.1`);
  assert.deepEqual(await gaps(), [undefined, undefined]);
  await rotate(path);
  await appendFile(path, lines(5, 6));
  await rm(`${path}.1`);
  assert.deepEqual(await gaps(), [true, undefined]);
});

test('another file with the same inode number does not match a cursor', async (t) => {
  const path = await logPath(t);
  await writeFile(path, lines(1, 4));
  const cursor = (await entries(path, ALL))[1]?.cursor ?? '';
  await truncate(path);
  await appendFile(path, lines(11, 15));
  assert.deepEqual(await texts(path, { follow: false, cursor }), range(11, 15));
});

test('an invalid cursor is refused', async (t) => {
  const path = await logPath(t);
  for (const cursor of [
    '',
    'x',
    '1/2/3',
    '1/5/5/2026-01-01T00:00:00Z',
    `1/1/2/${'9'.repeat(99)}`,
  ]) {
    await assert.rejects(entries(path, { follow: false, cursor }), { code: 'LOG_CURSOR_INVALID' });
  }
});

test('remove deletes all files of the log and no others', async (t) => {
  const path = join(await logPath(t), 'cell', 'web.log');
  await mkdir(dirname(path), { recursive: true });
  for (const name of [path, `${path}.1`, `${path}.2`, `${path}x`]) await writeFile(name, line(1));
  assert.equal(await logs.exists(path), true);
  await logs.remove(path);
  await logs.remove(path);
  assert.equal(await logs.exists(path), false);
  assert.equal(await logs.exists(`${path}x`), true);
  await logs.remove(`${path}x`);
  assert.equal(existsSync(dirname(path)), false);
});
