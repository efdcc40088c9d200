import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { hashImage, VERITY_BLOCK_BYTES } from './verity.ts';

const sha256 = (...parts: Buffer[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

async function hashOf(data: Buffer) {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-verity-'));
  try {
    await writeFile(join(folder, 'image'), data);
    return await hashImage(join(folder, 'image'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('the hash of one block of digests vouches for a small image', async () => {
  const data = Buffer.alloc(2 * VERITY_BLOCK_BYTES, 'x');
  const { dataBlocks, rootHash, salt, tree } = await hashOf(data);
  const salted = Buffer.from(salt, 'hex');
  const digest = sha256(salted, data.subarray(0, VERITY_BLOCK_BYTES));
  const leaf = Buffer.concat([digest, digest, Buffer.alloc(VERITY_BLOCK_BYTES - 64)]);
  assert.equal(dataBlocks, 2);
  assert.equal(rootHash, sha256(salted, leaf).toString('hex'));
  assert.ok(tree.subarray(VERITY_BLOCK_BYTES).equals(leaf));
});

test('a larger image has a level above, which stands first', async () => {
  const data = Buffer.alloc(300 * VERITY_BLOCK_BYTES);
  for (let block = 0; block < 300; block += 1)
    data.writeUInt32LE(block, block * VERITY_BLOCK_BYTES);
  const { rootHash, salt, tree } = await hashOf(data);
  const salted = Buffer.from(salt, 'hex');
  // The superblock, the top, and three blocks of 128 digests at most.
  assert.equal(tree.length, 5 * VERITY_BLOCK_BYTES);
  const blockAt = (index: number) =>
    tree.subarray(index * VERITY_BLOCK_BYTES, (index + 1) * VERITY_BLOCK_BYTES);
  assert.equal(sha256(salted, blockAt(1)).toString('hex'), rootHash);
  assert.ok(
    blockAt(1)
      .subarray(64, 96)
      .equals(sha256(salted, blockAt(4))),
  );
  assert.ok(
    blockAt(4)
      .subarray(0, 32)
      .equals(sha256(salted, data.subarray(256 * 4096, 257 * 4096))),
  );
});

test('equal images have equal trees, and one changed bit another root hash', async () => {
  const data = Buffer.alloc(4 * VERITY_BLOCK_BYTES, 'x');
  const first = await hashOf(data);
  assert.deepEqual(await hashOf(data), first);
  data.writeUInt8(1, 9000);
  assert.notEqual((await hashOf(data)).rootHash, first.rootHash);
});
