import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { FRAME_BYTES, FramePacker, FrameUnpacker } from './volume-frame.ts';

const pieces = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.constantFrom(0, 7, 4096).map((length) => new Uint8Array(length)),
  ),
);

test('pieces come out as they went in, whatever the previous piece was', async () => {
  await fc.assert(
    fc.asyncProperty(pieces, async (contents) => {
      const [packer, unpacker] = [new FramePacker(), new FrameUnpacker()];
      for (const content of contents) {
        const frame = await packer.pack(content);
        assert.deepEqual(zstdDecompressSync(frame), Buffer.from(content));
        assert.deepEqual(await unpacker.unpack(frame), Buffer.from(content));
      }
    }),
  );
});

test('a piece equal to the previous one gives the same frame, and is unpacked once', async () => {
  const [packer, unpacker] = [new FramePacker(), new FrameUnpacker()];
  const first = await packer.pack(Buffer.alloc(FRAME_BYTES));
  assert.equal(await packer.pack(Buffer.alloc(FRAME_BYTES)), first);
  const content = await unpacker.unpack(first);
  assert.equal(await unpacker.unpack(Buffer.from(first)), content);
});

test('a frame that is damaged, or holds too much, is refused', async () => {
  const frame = await new FramePacker().pack(Buffer.from('kept'));
  const broken = Buffer.from(frame);
  broken.writeUInt8(broken.readUInt8(broken.length - 1) ^ 1, broken.length - 1);
  await assert.rejects(new FrameUnpacker().unpack(broken), { code: /^ZSTD_/ });
  const large = zstdCompressSync(Buffer.alloc(FRAME_BYTES + 1));
  await assert.rejects(new FrameUnpacker().unpack(large), { code: 'ERR_BUFFER_TOO_LARGE' });
});
