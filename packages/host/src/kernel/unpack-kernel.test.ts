import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { isElf, unpackKernel } from './unpack-kernel.ts';

const ELF = Buffer.concat([Buffer.from('\x7fELF', 'latin1'), Buffer.alloc(5000, 7)]);

/** With two sectors of setup behind the boot sector, and the payload 100 bytes into the rest. */
function bzImage(packed: Buffer): Buffer {
  const head = Buffer.alloc(3 * 512 + 100);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(ELF.length);
  head.writeUInt8(2, 0x1f1);
  head.write('HdrS', 0x202);
  head.writeUInt16LE(0x20f, 0x206);
  head.writeUInt32LE(100, 0x248);
  head.writeUInt32LE(packed.length + length.length, 0x24c);
  return Buffer.concat([head, packed, length, Buffer.alloc(300, 0xff)]);
}

test('the unpacked kernel is the one that was packed', () => {
  assert.deepEqual(unpackKernel(bzImage(zstdCompressSync(ELF))), ELF);
  assert.deepEqual(unpackKernel(bzImage(gzipSync(ELF))), ELF);
});

test('a kernel that is an ELF file is recognised', () => {
  assert.ok(isElf(ELF));
  assert.ok(!isElf(bzImage(gzipSync(ELF))));
});

test('a file with another compression, or without a kernel, gives undefined', () => {
  assert.equal(unpackKernel(bzImage(Buffer.from('\xfd7zXZ\0'.padEnd(600), 'latin1'))), undefined);
  assert.equal(unpackKernel(bzImage(gzipSync(Buffer.alloc(5000)))), undefined);
  assert.equal(unpackKernel(ELF), undefined);
});

test('damaged files never cause an exception', () => {
  const whole = bzImage(zstdCompressSync(ELF));
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, length) => {
      const damaged = Buffer.from(whole.subarray(0, length));
      if (at < damaged.length) damaged[at] = byte;
      const found = unpackKernel(damaged);
      assert.ok(found === undefined || isElf(found));
    }),
  );
});
