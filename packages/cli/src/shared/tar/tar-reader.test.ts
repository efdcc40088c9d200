import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCapsuleError } from '@capsule/core';
import { DAMAGED_ARCHIVES, paxRecords, rawArchive } from '@capsule/testkit/archives';
import fc from 'fast-check';
import { END_OF_ARCHIVE, formatEntry } from './format-entry.ts';
import { paddingOf, type TarEntry } from './tar-entry.ts';
import { TarReader } from './tar-reader.ts';

interface Read {
  readonly entries: { readonly entry: TarEntry; readonly content: Buffer }[];
  readonly skipped: string[];
}

/** Reads in pieces of the given length, each in memory that is spoiled afterwards. */
function read(archive: Buffer, pieceBytes = archive.length): Read {
  const seen: Read = { entries: [], skipped: [] };
  let parts: { readonly bytes: Buffer; readonly offset: number }[] = [];
  const reader = new TarReader({
    begin: (entry) => {
      seen.entries.push({ entry, content: Buffer.alloc(0) });
      parts = [];
    },
    data: (bytes, offset) => parts.push({ bytes: Buffer.from(bytes), offset }),
    end: () => {
      const last = seen.entries.at(-1);
      assert.ok(last !== undefined);
      const content = Buffer.alloc(last.entry.type === 'file' ? last.entry.sizeBytes : 0);
      for (const { bytes, offset } of parts) content.set(bytes, offset);
      seen.entries[seen.entries.length - 1] = { entry: last.entry, content };
    },
    skip: (name, flag) => seen.skipped.push(`${flag} ${name.toString()}`),
  });
  for (let at = 0; at < archive.length; at += pieceBytes) {
    const piece = Buffer.from(archive.subarray(at, at + pieceBytes));
    reader.push(piece);
    piece.fill(0xaa);
  }
  reader.finish();
  return seen;
}

const bytes = (most: number) =>
  fc
    .uint8Array({ minLength: 1, maxLength: most })
    .map((it) => Buffer.from(it.map((byte) => (byte === 0 || byte === 0x2f ? 1 : byte))));
const id = fc.oneof(fc.nat(70_000), fc.integer({ min: 2_000_000, max: 0xffff_fffe }));
const common = {
  name: bytes(300),
  mode: fc.nat(0o7777),
  uid: id,
  gid: id,
  mtimeNs: fc.oneof(
    fc.bigInt({ min: -(10n ** 19n), max: 10n ** 20n }),
    fc.nat(2_000_000_000).map((seconds) => BigInt(seconds) * 1_000_000_000n),
  ),
  target: fc.constant(Buffer.alloc(0)),
  device: fc.constant([0, 0] as const),
};
const file = fc.record({ entry: fc.record(common), content: fc.uint8Array({ maxLength: 1500 }) });
const anyFile = file.map(({ entry, content }) => ({
  entry: { ...entry, type: 'file' as const, sizeBytes: content.length },
  content: Buffer.from(content),
}));
const anySparse = fc
  .tuple(
    file,
    fc.array(fc.tuple(fc.nat(5000), fc.integer({ min: 1, max: 700 })), { maxLength: 40 }),
  )
  .map(([{ entry }, steps]) => {
    let end = 0;
    const ranges = steps.map(([gap, length]) => {
      const range = { offset: end + gap, length };
      end += gap + length;
      return range;
    });
    const content = Buffer.alloc(end + 77);
    for (const { offset, length } of ranges) content.fill(length % 255, offset, offset + length);
    return {
      entry: { ...entry, type: 'file' as const, sizeBytes: content.length, ranges },
      content,
    };
  });
const anyOther = fc
  .record({
    ...common,
    type: fc.constantFrom('folder', 'symlink', 'hardlink', 'fifo', 'char', 'block' as const),
    target: bytes(300),
    device: fc.tuple(fc.nat(4095), fc.nat(1_048_575)),
  })
  .map((entry) => ({
    entry: {
      ...entry,
      sizeBytes: 0,
      device: ['char', 'block'].includes(entry.type) ? entry.device : ([0, 0] as const),
    } as TarEntry,
    content: Buffer.alloc(0),
  }));

test('a written archive is read the same, in pieces of any length', () => {
  const items = fc.array(fc.oneof(anyFile, anySparse, anyOther), { maxLength: 6 });
  fc.assert(
    fc.property(items, fc.integer({ min: 1, max: 3000 }), (written, pieceBytes) => {
      const blocks = written.flatMap(({ entry, content }) => {
        const ranges = (entry as TarEntry).ranges ?? [{ offset: 0, length: content.length }];
        const stored = ranges.map(({ offset, length }) =>
          content.subarray(offset, offset + length),
        );
        const length = stored.reduce((sum, part) => sum + part.length, 0);
        return [formatEntry(entry), ...stored, Buffer.alloc(paddingOf(length))];
      });
      const { entries } = read(Buffer.concat([...blocks, END_OF_ARCHIVE]), pieceBytes);
      assert.deepEqual(entries, written);
    }),
    { numRuns: 300 },
  );
});

for (const { name, bytes: archive } of DAMAGED_ARCHIVES) {
  test(`refused: ${name}`, () => {
    for (const pieceBytes of [archive.length, 100]) {
      assert.throws(() => read(archive, pieceBytes), { code: 'COPY_ARCHIVE_DAMAGED' });
    }
  });
}

test('no bytes make the reader fail otherwise', () => {
  const field = fc.tuple(fc.nat(500), fc.uint8Array({ minLength: 1, maxLength: 12 }));
  const raw = fc.record({
    type: fc.constantFrom('0', '1', '2', '5', 'x', 'g', 'L', 'K', 'S', 'D', 'V', 'Z'),
    data: fc.uint8Array({ maxLength: 700 }),
    fields: fc.array(field, { maxLength: 3 }),
  });
  fc.assert(
    fc.property(fc.array(raw, { maxLength: 4 }), (entries) => {
      try {
        read(rawArchive(...entries));
      } catch (error) {
        assert.ok(isCapsuleError(error), String(error));
      }
    }),
    { numRuns: 500 },
  );
});

test('sizes, owners and times past the fields of a plain header', () => {
  const entry: TarEntry = {
    name: Buffer.from('f'),
    type: 'file',
    mode: 0o600,
    target: Buffer.alloc(0),
    uid: 0xffff_fffe,
    gid: 3_000_000,
    mtimeNs: -1n,
    device: [0, 0],
    sizeBytes: 9 * 1024 ** 3,
  };
  const begun: TarEntry[] = [];
  const ignore = () => undefined;
  new TarReader({ begin: (it) => begun.push(it), data: ignore, end: ignore, skip: ignore }).push(
    formatEntry(entry),
  );
  assert.deepEqual(begun, [entry]);
});

test('entries of unknown types are left out, with what they hold', () => {
  const { entries, skipped } = read(
    rawArchive({ name: 'v', type: 'V' }, { name: 'z', type: 'Z', data: 'x' }, { name: 'f' }),
  );
  assert.deepEqual(skipped, ['V v', 'Z z']);
  assert.deepEqual(
    entries.map(({ entry }) => entry.name.toString()),
    ['f'],
  );
});

test('global records hold for all that follow, until one takes them back', () => {
  const { entries } = read(
    rawArchive(
      { type: 'g', data: paxRecords({ mtime: '5.5', comment: 'x' }) },
      { name: 'a' },
      { type: 'x', data: paxRecords({ mtime: '' }) },
      { name: 'b' },
      { name: 'c' },
    ),
  );
  const times = entries.map(({ entry }) => entry.mtimeNs);
  assert.deepEqual(times, [5_500_000_000n, 0n, 5_500_000_000n]);
});

test('before POSIX, a slash at the end meant a folder', () => {
  const { entries } = read(
    rawArchive({ name: 'd/', type: '\0', fields: [[257, Buffer.alloc(8)]] }),
  );
  assert.equal(entries[0]?.entry.type, 'folder');
});
