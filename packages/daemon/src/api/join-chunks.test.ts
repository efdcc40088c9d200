import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinChunks, type LogPiece } from './join-chunks.ts';

const NEVER = new AbortController().signal;

function piece(text: string, stream = 1): LogPiece {
  return { data: Buffer.from(text), cursor: `after ${text}`, stream };
}

function textsOf(pieces: readonly LogPiece[]): readonly string[] {
  return pieces.map(({ data, cursor }) => `${Buffer.from(data)} (${cursor})`);
}

test('pieces that are available together go in one message, apart for each stream', async () => {
  async function* source() {
    yield* [piece('a'), piece('b'), piece('c', 2), piece('d', 2), piece('e')];
  }
  const joined = await Array.fromAsync(joinChunks(source, NEVER));
  assert.deepEqual(textsOf(joined), ['ab (after b)', 'cd (after d)', 'e (after e)']);
});

test('a piece before which others may be missing begins a message', async () => {
  async function* source() {
    yield* [piece('a'), { ...piece('b'), afterGap: true }, piece('c')];
  }
  const joined = await Array.fromAsync(joinChunks(source, NEVER));
  assert.deepEqual(textsOf(joined), ['a (after a)', 'bc (after c)']);
  assert.deepEqual(
    joined.map(({ afterGap }) => afterGap),
    [undefined, true],
  );
});

test('an available piece does not wait for later ones', async () => {
  const more = Promise.withResolvers<void>();
  async function* source() {
    yield* [piece('a'), piece('b')];
    await more.promise;
    yield piece('c');
  }
  const joined = joinChunks(source, NEVER);
  assert.deepEqual(textsOf([(await joined.next()).value]), ['ab (after b)']);
  more.resolve();
  assert.deepEqual(textsOf([(await joined.next()).value]), ['c (after c)']);
  assert.equal((await joined.next()).done, true);
});

test('messages do not exceed their limit', async () => {
  async function* source() {
    for (let i = 0; i < 10; i += 1) yield piece('x'.repeat(20_000));
  }
  const joined = await Array.fromAsync(joinChunks(source, NEVER));
  assert.deepEqual(
    joined.map(({ data }) => data.length),
    [80_000, 80_000, 40_000],
  );
});

test('a failure comes after what came before it', async () => {
  async function* source() {
    yield piece('a');
    throw new Error('broken');
  }
  const joined = joinChunks(source, NEVER);
  assert.deepEqual(textsOf([(await joined.next()).value]), ['a (after a)']);
  await assert.rejects(joined.next(), /broken/);
});

test('a reader who leaves ends a source that waits', async () => {
  let isOver = false;
  async function* source(signal: AbortSignal) {
    try {
      yield piece('a');
      const { promise, resolve } = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => resolve());
      await promise;
    } finally {
      isOver = true;
    }
  }
  for await (const _ of joinChunks(source, NEVER)) break;
  assert.ok(isOver);
});
