import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lengthBefore, RecordReader } from './frame-stream.ts';

const records = [Buffer.alloc(5, 1), Buffer.alloc(0), Buffer.alloc(70_000, 2), Buffer.alloc(1, 3)];
const bytes = Buffer.concat(records.flatMap((record) => [lengthBefore(record), record]));

/** In pieces that share their memory. */
async function* inPieces(all: Buffer, size: number): AsyncGenerator<Uint8Array> {
  const room = Buffer.alloc(size);
  for (let at = 0; at < all.length; at += size) {
    const count = all.copy(room, 0, at, at + size);
    yield room.subarray(0, count);
  }
}

async function readAll(pieces: AsyncIterable<Uint8Array>): Promise<Buffer[]> {
  const reader = new RecordReader(pieces);
  const read: Buffer[] = [];
  for (let next = await reader.next(); next !== undefined; next = await reader.next())
    read.push(next);
  return read;
}

test('records arrive whole, whatever the pieces are', async () => {
  for (const size of [1, 3, 4, 1000, 1 << 20]) {
    assert.deepEqual(await readAll(inPieces(bytes, size)), records);
  }
});

test('a record that is cut or too long ends the reading', async () => {
  const cut = bytes.subarray(0, bytes.length - 2);
  assert.deepEqual(await readAll(inPieces(cut, 100)), records.slice(0, 3));
  assert.deepEqual(await readAll(inPieces(Buffer.alloc(100, 0xff), 10)), []);
});
