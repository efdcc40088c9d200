import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

/** The hashes of an image, and the one that vouches for them all. */
export interface Verity {
  readonly dataBlocks: number;
  /** Hexadecimal digits. */
  readonly rootHash: string;
  readonly salt: string;
  /** The superblock and the tree, to be put behind the image. */
  readonly tree: Buffer;
}

export const VERITY_BLOCK_BYTES = 4096;
const DIGEST_BYTES = 32;
const DIGESTS_PER_BLOCK = VERITY_BLOCK_BYTES / DIGEST_BYTES;
const PIECE_BYTES = 256 * VERITY_BLOCK_BYTES;

/**
 * Returns the tree of hashes of an image, whose size is a multiple of 4096: dm-verity, format 1 with SHA-256
 * (verity.rst of Linux). The salt is the image's own hash, so that the same image gives the same tree.
 */
export async function hashImage(path: string): Promise<Verity> {
  const whole = createHash('sha256');
  for await (const piece of piecesOf(path)) whole.update(piece);
  const salt = whole.digest();
  const leaves: Buffer[] = [];
  for await (const piece of piecesOf(path)) leaves.push(hashBlocks(piece, salt));
  const dataBlocks = leaves.reduce((sum, { length }) => sum + length, 0) / DIGEST_BYTES;
  const levels = [padded(Buffer.concat(leaves))];
  for (let top = levels[0]; top !== undefined && top.length > VERITY_BLOCK_BYTES; top = levels[0]) {
    levels.unshift(padded(hashBlocks(top, salt)));
  }
  return {
    dataBlocks,
    rootHash: hashBlocks(levels[0] ?? Buffer.alloc(0), salt).toString('hex'),
    salt: salt.toString('hex'),
    tree: Buffer.concat([superblock(dataBlocks, salt), ...levels]),
  };
}

async function* piecesOf(path: string): AsyncGenerator<Buffer> {
  await using file = await open(path, 'r');
  const buffer = Buffer.alloc(PIECE_BYTES);
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

function hashBlocks(data: Buffer, salt: Buffer): Buffer {
  const hashes: Buffer[] = [];
  for (let at = 0; at < data.length; at += VERITY_BLOCK_BYTES) {
    const block = data.subarray(at, at + VERITY_BLOCK_BYTES);
    hashes.push(createHash('sha256').update(salt).update(block).digest());
  }
  return Buffer.concat(hashes);
}

function padded(digests: Buffer): Buffer {
  const blocks = Math.ceil(digests.length / DIGEST_BYTES / DIGESTS_PER_BLOCK);
  return Buffer.concat([digests, Buffer.alloc(blocks * VERITY_BLOCK_BYTES - digests.length)]);
}

/** As veritysetup(8) reads it. Its UUID is not used, and a random one would make each build different. */
function superblock(dataBlocks: number, salt: Buffer): Buffer {
  const block = Buffer.alloc(VERITY_BLOCK_BYTES);
  block.write('verity\0\0', 'latin1');
  block.writeUInt32LE(1, 8); // of the superblock
  block.writeUInt32LE(1, 12); // of the hashes: the salt comes first
  salt.copy(block, 16, 0, 16);
  block.write('sha256', 32, 'latin1');
  block.writeUInt32LE(VERITY_BLOCK_BYTES, 64);
  block.writeUInt32LE(VERITY_BLOCK_BYTES, 68);
  block.writeBigUInt64LE(BigInt(dataBlocks), 72);
  block.writeUInt16LE(salt.length, 80);
  salt.copy(block, 88);
  return block;
}
