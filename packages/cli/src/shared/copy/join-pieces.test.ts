import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinPieces } from './join-pieces.ts';

async function* shared(sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  const room = Buffer.alloc(1024 * 1024);
  for (const [at, size] of sizes.entries()) yield room.subarray(0, size).fill(at + 1);
}

test('small pieces go together, large ones alone, and each byte as it was when it was given', async () => {
  const sizes = [10, 20, 70_000, ...Array.from({ length: 30 }, () => 10_000), 0, 300_000];
  const joined: Buffer[] = [];
  for await (const piece of joinPieces(shared(sizes))) joined.push(Buffer.from(piece));
  const lengths = joined.map(({ length }) => length);
  assert.deepEqual(lengths, [30, 70_000, 260_000, 40_000, 300_000]);
  const expected = Buffer.concat(sizes.map((size, at) => Buffer.alloc(size, at + 1)));
  assert.ok(Buffer.concat(joined).equals(expected));
});
