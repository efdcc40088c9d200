import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { LogQuery } from '@capsule/core';
import fc from 'fast-check';
import type { PlacedLine } from './log-reader.ts';
import { readLog } from './read-log.ts';

const TIME = '2026-01-01T00:00:00.000000001Z';

async function logPath(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-read-log-'));
  t.after(() => rm(folder, { recursive: true }));
  return join(folder, 'x.log');
}

function read(path: string, query: LogQuery, signal = new AbortController().signal) {
  return readLog(path, query, { entryOf: (line: PlacedLine) => line, signal });
}

function textOf(line: PlacedLine): string {
  return Buffer.from(line.text).toString();
}

test('tails and cursors find their position, however lines are spread over files', async (t) => {
  const path = await logPath(t);
  const line = fc.record({
    size: fc.oneof(fc.nat(80), fc.integer({ min: 16_000, max: 16_384 })),
    form: fc.constantFrom('F', 'F', 'F', 'other'),
  });
  const files = fc.array(fc.array(line, { maxLength: 12 }), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(files, fc.nat(40), async (spread, wanted) => {
      const texts: string[] = [];
      for (const [at, lines] of spread.entries()) {
        const content = lines.map(({ size, form }) => {
          const text = `${texts.length} `.padEnd(size, 'x');
          texts.push(text);
          return form === 'F' ? `${TIME} stdout F ${text}\n` : `${text}\n`;
        });
        const age = spread.length - 1 - at;
        await writeFile(age === 0 ? path : `${path}.${age}`, content.join(''));
      }
      for (let age = spread.length; age < 3; age++) await rm(`${path}.${age}`, { force: true });
      const all = await Array.fromAsync(read(path, { follow: false }));
      assert.deepEqual(all.map(textOf), texts);
      const tail = await Array.fromAsync(read(path, { follow: false, tailLines: wanted }));
      assert.deepEqual(tail.map(textOf), wanted === 0 ? [] : texts.slice(-wanted));
      const from = all[wanted % Math.max(1, all.length)];
      if (from === undefined) return;
      const rest = await Array.fromAsync(read(path, { follow: false, cursor: from.cursor }));
      assert.deepEqual(rest, all.slice(all.indexOf(from) + 1));
    }),
    { numRuns: 60 },
  );
});

test('bytes of any kind are read without loss, in bounded entries', async (t) => {
  const path = await logPath(t);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), async (bytes) => {
      await writeFile(path, Buffer.concat([bytes, Buffer.from('\n')]));
      const lines = await Array.fromAsync(read(path, { follow: false }));
      const [last] = lines.slice(-1);
      assert.equal(last?.cursor.split('/')[2], String(bytes.length + 1));
    }),
    { numRuns: 60 },
  );
});

/** Writes lines 1 to n, and rotates after every 50 as the log writer does: renames, then a new file. */
const WRITER = `
const { renameSync, existsSync, appendFileSync, writeFileSync } = require('node:fs');
const [path, count] = process.argv.slice(1);
for (let n = 1; n <= Number(count); n++) {
  if (n % 50 === 0) {
    let gap = 1;
    while (existsSync(path + '.' + gap)) gap++;
    for (; gap > 1; gap--) renameSync(path + '.' + (gap - 1), path + '.' + gap);
    renameSync(path, path + '.1');
  }
  const time = new Date(Date.UTC(2026, 0, 1) + n).toISOString().replace('Z', '000001Z');
  appendFileSync(path, time + ' stdout F ' + n + '\\n');
}
`;

test('a follower that is restarted from its cursor neither skips nor repeats lines', async (t) => {
  const path = await logPath(t);
  const count = 2500;
  const writer = spawn(process.execPath, ['--eval', WRITER, path, String(count)]);
  const exit = once(writer, 'exit');
  t.after(() => writer.kill('SIGKILL'));
  const seen: number[] = [];
  let cursor: string | undefined;
  while (seen.length < count) {
    const abort = new AbortController();
    t.after(() => abort.abort());
    const until = seen.length + 1 + Math.floor(Math.random() * 200);
    const query = { follow: true, ...(cursor === undefined ? {} : { cursor }) };
    for await (const line of read(path, query, abort.signal)) {
      const number = Number(textOf(line));
      assert.equal(number, seen.length + 1, `after ${cursor}`);
      seen.push(number);
      cursor = line.cursor;
      if (seen.length === Math.min(until, count)) break;
    }
  }
  await exit;
});
