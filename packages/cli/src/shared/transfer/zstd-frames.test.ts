import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constants, zstdCompressSync } from 'node:zlib';
import { isCapsuleError } from '@capsule/core';
import fc from 'fast-check';
import { ByteReader } from './byte-reader.ts';
import { decompressFrames } from './zstd-frames.ts';

/** As a disk or a pipe gives it: in pieces of any size. */
async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(bytes: Uint8Array, size = 7000): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const reader = new ByteReader(inPieces(bytes, size));
  for await (const piece of decompressFrames(reader, 'x.zst')) pieces.push(piece);
  return Buffer.concat(pieces);
}

const content = fc.oneof(
  fc.uint8Array({ maxLength: 3000 }),
  fc.nat({ max: 400_000 }).map((length) => Buffer.alloc(length)),
  fc.nat({ max: 60_000 }).map((length) => Buffer.from('capsule '.repeat(length))),
);
const frame = fc.tuple(content, fc.boolean()).map(([plain, isChecked]) => ({
  plain,
  packed: zstdCompressSync(plain, {
    params: { [constants.ZSTD_c_checksumFlag]: isChecked ? 1 : 0 },
  }),
}));
const skipped = fc.uint8Array({ maxLength: 300 }).map((bytes) => {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(0x184d2a53, 0);
  head.writeUInt32LE(bytes.length, 4);
  return { plain: new Uint8Array(), packed: Buffer.concat([head, bytes]) };
});

test('many frames are what each of them holds, however they come', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof({ weight: 4, arbitrary: frame }, skipped), { maxLength: 6 }),
      fc.integer({ min: 1, max: 9000 }),
      async (frames, size) => {
        const found = await read(Buffer.concat(frames.map(({ packed }) => packed)), size);
        assert.ok(found.equals(Buffer.concat(frames.map(({ plain }) => plain))));
      },
    ),
    { numRuns: 40 },
  );
});

test('a truncated or corrupt file is reported as damaged', async () => {
  await fc.assert(
    fc.asyncProperty(
      frame,
      fc.nat(),
      fc.nat({ max: 255 }),
      fc.boolean(),
      async ({ packed, plain }, at, byte, isCut) => {
        const bytes = Buffer.from(isCut ? packed.subarray(0, at % packed.length) : packed);
        if (!isCut) bytes[at % packed.length] = byte;
        try {
          const found = await read(bytes);
          assert.ok(bytes.length === 0 || !isCut);
          assert.ok(found.length <= Math.max(plain.length, 1) * 300 + 200_000);
        } catch (error) {
          assert.ok(isCapsuleError(error), String(error));
          assert.equal(error.code, 'TRANSFER_DAMAGED');
        }
      },
    ),
    { numRuns: 150 },
  );
});

test('bytes that are no zstd at all are reported as damage', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 2000 }), async (bytes) => {
      await assert.rejects(read(bytes), { code: 'TRANSFER_DAMAGED' });
    }),
  );
});
