import { createHash, randomBytes } from 'node:crypto';
import { tar } from '@capsule/testkit';

const MIB = 1024 * 1024;
const BLOCK = 512;

/**
 * A `docker save` archive of an image with one large file. The stream generates it during the read, and keeps
 * nothing in memory. Every fourth MiB is random, the others are zeros.
 */
export async function* largeArchive(name: string, fileMiB: number): AsyncGenerator<Buffer> {
  const sizeBytes = fileMiB * MIB;
  const layerEnd = Buffer.alloc(2 * BLOCK);
  const fileHeader = headerOf('large', sizeBytes);
  const layerBytes = fileHeader.length + sizeBytes + layerEnd.length;
  yield headerOf('layer.tar', layerBytes);
  const hash = createHash('sha256');
  for (const chunk of pieces(fileHeader, fileMiB, layerEnd)) {
    hash.update(chunk);
    yield chunk;
  }
  const diffIds = [`sha256:${hash.digest('hex')}`];
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: diffIds },
    }),
  );
  const manifest = [{ Config: 'config.json', RepoTags: [name], Layers: ['layer.tar'] }];
  yield tar([
    { path: 'config.json', data: config },
    { path: 'manifest.json', data: Buffer.from(JSON.stringify(manifest)) },
  ]);
}

function* pieces(header: Buffer, fileMiB: number, end: Buffer): Generator<Buffer> {
  const random = randomBytes(MIB);
  const zeros = Buffer.alloc(MIB);
  yield header;
  for (let at = 0; at < fileMiB; at += 1) {
    random.writeUInt32LE(at);
    yield Buffer.from(at % 4 === 0 ? random : zeros);
  }
  yield end;
}

/** The header of a file without its content; sizes that are whole blocks need no padding. */
function headerOf(path: string, sizeBytes: number): Buffer {
  const block = Buffer.from(tar([{ path, data: Buffer.alloc(0) }]).subarray(0, BLOCK));
  block.write(`${sizeBytes.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  block.write('        ', 148, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
