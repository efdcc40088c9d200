import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import type { LogEntry, LogQuery, LogStore } from '@capsule/core';

/** An entry before it is written. */
export type WrittenEntry = Pick<LogEntry, 'time' | 'stream' | 'partial' | 'text'>;

/** A store with no log at `path` yet, and a log writer. */
export interface LogBench {
  readonly store: LogStore;
  readonly path: string;
  write(entries: readonly WrittenEntry[]): Promise<void>;
  /** The writer begins a new file; nothing that was written is lost. */
  rotate(): Promise<void>;
}

const START = Date.UTC(2026, 0, 1);

/** The contract of every `LogStore`. `open` returns a fresh bench; it cleans up after the test. */
export function logStoreContract(name: string, open: (t: TestContext) => Promise<LogBench>): void {
  suite(`log store contract: ${name}`, () => {
    test('a log that was never written does not exist and has no entries', async (t) => {
      const { store, path } = await open(t);
      assert.equal(await store.exists(path), false);
      assert.deepEqual(await texts(store, path), []);
      await store.remove(path);
    });

    test('entries are read as they were written', async (t) => {
      const { store, path, write } = await open(t);
      const written: WrittenEntry[] = [
        { ...entry(1), stream: 'stderr', text: new Uint8Array([0, 0xff, 0x20]) },
        { ...entry(2), partial: true },
        { ...entry(2), text: new Uint8Array() },
      ];
      await write(written);
      assert.equal(await store.exists(path), true);
      const read = await Array.fromAsync(store.read(path, { follow: false }, never()));
      assert.deepEqual(
        read.map(({ cursor: _cursor, text, ...rest }) => ({ ...rest, text: [...text] })),
        written.map(({ text, ...rest }) => ({ ...rest, text: [...text] })),
      );
    });

    test('a tail of n lines returns the last n lines, also across rotated files', async (t) => {
      const { store, path, write, rotate } = await open(t);
      await write(entries(1, 3));
      await rotate();
      await write(entries(4, 5));
      for (let n = 0; n <= 6; n++) {
        const tail = await texts(store, path, { follow: false, tailLines: n });
        assert.deepEqual(tail, numbers(Math.max(1, 6 - n), 5), `tail ${n}`);
      }
    });

    test('the parts of a long line count as one line of a tail', async (t) => {
      const { store, path, write } = await open(t);
      await write([entry(1), { ...entry(2), partial: true }, entry(3), entry(4)]);
      const tail = await texts(store, path, { follow: false, tailLines: 2 });
      assert.deepEqual(tail, numbers(2, 4));
    });

    test('`since` leaves out older entries', async (t) => {
      const { store, path, write } = await open(t);
      await write(entries(1, 5));
      const since = START + 3000;
      assert.deepEqual(await texts(store, path, { follow: false, since }), numbers(3, 5));
    });

    test('`since` does not apply to new entries or to entries after a cursor', async (t) => {
      const { store, path, write } = await open(t);
      await write(entries(1, 3));
      const [first] = await Array.fromAsync(store.read(path, { follow: false }, never()));
      const since = START + 3000;
      const rest = await texts(store, path, { follow: false, since, cursor: first?.cursor ?? '' });
      assert.deepEqual(rest, numbers(2, 3));
      const abort = new AbortController();
      t.after(() => abort.abort());
      const query = { follow: true, since };
      const reader = store.read(path, query, abort.signal)[Symbol.asyncIterator]();
      const next = async () => Buffer.from((await reader.next()).value?.text ?? '').toString();
      assert.equal(await next(), '3');
      const waiting = next();
      // The clock was set back.
      await write([entry(1)]);
      assert.equal(await waiting, '1');
    });

    test('reading continues after any cursor, also after a rotation', async (t) => {
      const { store, path, write, rotate } = await open(t);
      await write(entries(1, 3));
      const first = await Array.fromAsync(store.read(path, { follow: false }, never()));
      await rotate();
      await write(entries(4, 5));
      for (const [at, { cursor }] of first.entries()) {
        const rest = await texts(store, path, { follow: false, cursor });
        assert.deepEqual(rest, numbers(at + 2, 5));
      }
    });

    test('a cursor takes precedence over a tail', async (t) => {
      const { store, path, write } = await open(t);
      await write(entries(1, 5));
      const [first] = await Array.fromAsync(store.read(path, { follow: false }, never()));
      const query = { follow: false, tailLines: 1, cursor: first?.cursor ?? '' };
      assert.deepEqual(await texts(store, path, query), numbers(2, 5));
    });

    test('an invalid cursor is refused', async (t) => {
      const { store, path } = await open(t);
      const read = texts(store, path, { follow: false, cursor: 'no place' });
      await assert.rejects(read, { code: 'LOG_CURSOR_INVALID', kind: 'invalid' });
    });

    test('following returns the existing entries, then new ones, also across rotations', async (t) => {
      const { store, path, write, rotate } = await open(t);
      const abort = new AbortController();
      t.after(() => abort.abort());
      const followed: string[] = [];
      const steps: Record<string, () => Promise<void>> = {
        2: () => write(entries(3, 4)),
        4: async () => {
          await rotate();
          await write(entries(5, 5));
        },
        5: async () => abort.abort(),
      };
      await write(entries(1, 2));
      for await (const { text } of store.read(path, { follow: true }, abort.signal)) {
        followed.push(Buffer.from(text).toString());
        await steps[followed.at(-1) ?? '']?.();
      }
      assert.deepEqual(followed, numbers(1, 5));
    });

    test('following waits for a log that does not exist yet', async (t) => {
      const { store, path, write } = await open(t);
      const abort = new AbortController();
      t.after(() => abort.abort());
      const reader = store.read(path, { follow: true }, abort.signal)[Symbol.asyncIterator]();
      const first = reader.next();
      await write([entry(1)]);
      const { value } = await first;
      assert.equal(Buffer.from(value?.text ?? '').toString(), '1');
      const end = reader.next();
      abort.abort();
      assert.equal((await end).done, true);
    });

    test('following ends at the end of the log after the writer has finished', async (t) => {
      const { store, path, write } = await open(t);
      const over = new AbortController();
      await write([entry(1)]);
      const query = { follow: true, over: over.signal };
      const reader = store.read(path, query, never())[Symbol.asyncIterator]();
      await reader.next();
      const next = reader.next();
      await write([entry(2)]);
      assert.equal(Buffer.from((await next).value?.text ?? '').toString(), '2');
      const last = reader.next();
      await write([entry(3)]);
      over.abort();
      assert.equal(Buffer.from((await last).value?.text ?? '').toString(), '3');
      assert.equal((await reader.next()).done, true);
      assert.deepEqual(await texts(store, path, query), ['1', '2', '3']);
    });

    test('remove deletes the whole log with its rotated files', async (t) => {
      const { store, path, write, rotate } = await open(t);
      await write(entries(1, 3));
      await rotate();
      await write(entries(4, 5));
      await store.remove(path);
      await store.remove(path);
      assert.equal(await store.exists(path), false);
      assert.deepEqual(await texts(store, path), []);
    });
  });
}

/** Entry `n` says its number, `n` seconds after the start. */
function entry(n: number): WrittenEntry {
  const time = new Date(START + n * 1000).toISOString();
  return { time, stream: 'stdout', partial: false, text: Buffer.from(String(n)) };
}

function entries(from: number, to: number): readonly WrittenEntry[] {
  return numbers(from, to).map((n) => entry(Number(n)));
}

function numbers(from: number, to: number): readonly string[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => String(from + at));
}

async function texts(
  store: LogStore,
  path: string,
  query: LogQuery = { follow: false },
): Promise<readonly string[]> {
  const read = await Array.fromAsync(store.read(path, query, never()));
  return read.map(({ text }) => Buffer.from(text).toString());
}

function never(): AbortSignal {
  return new AbortController().signal;
}
