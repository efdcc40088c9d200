import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { readArchive } from './archive-content.ts';

async function* of(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 700) yield bytes.subarray(at, at + 700);
}

test('an archive of nothing is one, as tar writes it and as its two blocks', async () => {
  for (const length of [1024, 10_240]) {
    const zeros = Buffer.alloc(length);
    for (const bytes of [zeros, gzipSync(zeros)]) {
      const { format, pieces } = await readArchive('e.tar', of(bytes));
      assert.equal(format, 'tar');
      assert.equal(Buffer.concat(await Array.fromAsync(pieces)).length, length);
    }
  }
});

test('zeros of other lengths are nothing that is known', async () => {
  for (const length of [0, 512, 1025, 10_752, 2 ** 24]) {
    const work = readArchive('zeros', of(Buffer.alloc(length)));
    await assert.rejects(work, { code: 'TRANSFER_UNKNOWN_FORMAT' });
  }
});

const left = { plain: (bytes: Buffer) => bytes, gzip: gzipSync, zstd: zstdCompressSync };
for (const [form, pack] of Object.entries(left)) {
  test(`a file is closed when its content is left before the end: ${form}`, {
    timeout: 10_000,
  }, async () => {
    // Noise, which is as large packed; an ext4 by its magic number.
    const image = randomBytes(1024 * 1024);
    image.set([0x53, 0xef], 1024 + 56);
    const closed = Promise.withResolvers<void>();
    async function* file() {
      try {
        yield* of(pack(image));
      } finally {
        closed.resolve();
      }
    }
    const { pieces } = await readArchive('e.img', file());

    for await (const _ of pieces) break;

    await closed.promise;
  });
}
