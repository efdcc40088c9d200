import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addSections } from './add-sections.ts';

const PE = 0x40;
const OPTIONAL_BYTES = 240;
const SECTIONS = PE + 24 + OPTIONAL_BYTES;

/** The headers of a PE program with one section, and 0x200 bytes of it. */
function stub(headerBytes = 0x400): Buffer {
  const program = Buffer.alloc(headerBytes + 0x200, 'x');
  program.fill(0, 0, headerBytes);
  program.writeUInt32LE(PE, 0x3c);
  program.write('PE\0\0', PE, 'latin1');
  program.writeUInt16LE(1, PE + 6);
  program.writeUInt16LE(OPTIONAL_BYTES, PE + 20);
  program.writeUInt32LE(0x1000, PE + 24 + 32);
  program.writeUInt32LE(0x200, PE + 24 + 36);
  program.writeUInt32LE(headerBytes, PE + 24 + 60);
  program.write('.text', SECTIONS, 'latin1');
  program.writeUInt32LE(0x180, SECTIONS + 8);
  program.writeUInt32LE(0x1000, SECTIONS + 12);
  return program;
}

test('each section is found at its place in the file, and has its own pages in memory', () => {
  const long = Buffer.alloc(5000, 'k');
  const image = addSections(stub(), [
    { name: '.cmdline', content: Buffer.from('quiet\0') },
    { name: '.linux', content: long },
  ]);
  assert.equal(image.readUInt16LE(PE + 6), 3);
  const section = (index: number) => {
    const header = image.subarray(SECTIONS + index * 40, SECTIONS + (index + 1) * 40);
    const [size, address, , at] = [8, 12, 16, 20].map((field) => header.readUInt32LE(field));
    const name = header.toString('latin1', 0, 8).replaceAll('\0', '');
    return { name, size, address, content: image.subarray(at, (at ?? 0) + (size ?? 0)) };
  };
  assert.deepEqual(section(1), {
    name: '.cmdline',
    size: 6,
    address: 0x2000,
    content: Buffer.from('quiet\0'),
  });
  assert.deepEqual(section(2), { name: '.linux', size: 5000, address: 0x3000, content: long });
  // The size of the whole in memory.
  assert.equal(image.readUInt32LE(PE + 24 + 56), 0x5000);
});

test('a program without room for more headers, or that is none, is refused', () => {
  const section = { name: '.linux', content: Buffer.from('x') };
  const full = stub(SECTIONS + 40);
  assert.throws(() => addSections(full, [section]), { code: 'IMAGER_STUB_FULL' });
  assert.throws(() => addSections(Buffer.alloc(100), [section]), { code: 'IMAGER_STUB_UNKNOWN' });
});
