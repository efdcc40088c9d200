import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packCpio } from './cpio.ts';

const HEADER_BYTES = 110;

/** A header as in buffer-format.rst, with the name and the data behind it. */
function* unpack(archive: Buffer) {
  for (let at = 0; at < archive.length; ) {
    const field = (index: number) =>
      Number.parseInt(archive.toString('latin1', at + 6 + index * 8, at + 14 + index * 8), 16);
    const [mode, size, device, nameSize] = [field(1), field(6), [field(9), field(10)], field(11)];
    const name = archive.toString('utf8', at + HEADER_BYTES, at + HEADER_BYTES + nameSize - 1);
    const data = align(at + HEADER_BYTES + nameSize);
    yield {
      name,
      mode: mode.toString(8),
      device,
      data: archive.toString('utf8', data, data + size),
    };
    at = align(data + size);
  }
}

function align(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}

test('packs folders, files, symbolic links and devices, and closes the archive', () => {
  const archive = packCpio([
    { path: 'dev', mode: 0o755 },
    { path: 'dev/console', device: [5, 1], mode: 0o600 },
    { path: 'init', content: Buffer.from('hello'), mode: 0o755 },
    { path: 'empty', content: Buffer.alloc(0), mode: 0o644 },
    { path: 'lib', link: 'usr/lib', mode: 0o777 },
  ]);
  const none = [0, 0];
  assert.deepEqual(
    [...unpack(archive)],
    [
      { name: 'dev', mode: '40755', device: none, data: '' },
      { name: 'dev/console', mode: '20600', device: [5, 1], data: '' },
      { name: 'init', mode: '100755', device: none, data: 'hello' },
      { name: 'empty', mode: '100644', device: none, data: '' },
      { name: 'lib', mode: '120777', device: none, data: 'usr/lib' },
      { name: 'TRAILER!!!', mode: '0', device: none, data: '' },
    ],
  );
});
