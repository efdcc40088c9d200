import { bytesOf, entry, file, type TreeEntry } from './tree-entry.ts';

/** Formats of GNU tar: `posix-0.0`, `-0.1` and `-1.0` are versions of its PAX sparse files. */
export type ArchiveFormat = 'v7' | 'ustar' | 'gnu' | 'posix' | 'posix-0.0' | 'posix-0.1';

/** A tree that comes out of every archive as it went in. */
export interface ArchiveCase {
  readonly name: string;
  /** In which formats it can be written without loss. */
  readonly formats: readonly ArchiveFormat[];
  /** Parents before children; the root need not be there. */
  readonly entries: readonly TreeEntry[];
  /** Takes root to be made: owners and devices. */
  readonly needsRoot: boolean;
}

const EVERY: readonly ArchiveFormat[] = ['v7', 'ustar', 'gnu', 'posix'];
const LONG: readonly ArchiveFormat[] = ['gnu', 'posix'];
const SPARSE: readonly ArchiveFormat[] = ['gnu', 'posix', 'posix-0.0', 'posix-0.1'];
const MIB = 1024 * 1024;
const SECOND_NS = 1_000_000_000n;

const plain = (name: string, formats: readonly ArchiveFormat[], entries: TreeEntry[]) => ({
  name,
  formats,
  entries,
  needsRoot: false,
});
const ofRoot = (name: string, formats: readonly ArchiveFormat[], entries: TreeEntry[]) => ({
  name,
  formats,
  entries,
  needsRoot: true,
});
const latin1 = (text: string) => Buffer.from(text, 'latin1');
const piece = (offset: number, text: string) => ({ offset, bytes: bytesOf(text) });
const sparse = (
  name: string,
  sizeBytes: number,
  ...data: { offset: number; bytes: Uint8Array }[]
) => entry('file', name, { sizeBytes, data });
const at = (name: string, mtimeNs: bigint) => file(name, 'x', { mtimeNs });

/**
 * The rules of every archive that is read or written, as data: `cp` both ways, `volume import` and
 * `export`, layers of images, copy-up. `expectedTree` returns the tree that a reader makes of a case.
 */
export const ARCHIVE_CASES: readonly ArchiveCase[] = [
  plain('empty tree', EVERY, [entry('folder', '')]),
  plain('files, folders and links', EVERY, [
    entry('folder', 'd'),
    file('d/f'),
    file('d/empty', ''),
    entry('folder', 'd/none'),
    entry('symlink', 'd/l', { target: bytesOf('f') }),
    entry('symlink', 'dangling', { target: bytesOf('no/such') }),
    entry('symlink', 'upwards', { target: bytesOf('../../etc/passwd') }),
    file('odd names: \t *?[x] "q" \\ 100%'),
    file('d/-dash'),
  ]),
  plain('sizes around a block', EVERY, [
    ...[1, 511, 512, 513, 1024, 10_240, 300_000].map((size) =>
      file(`s${size}`, Buffer.alloc(size, 7)),
    ),
  ]),
  plain('names that are not UTF-8', EVERY, [
    file(latin1('caf\xe9')),
    entry('folder', latin1('d\xff\xfe')),
    file(latin1('d\xff\xfe/\x80\xc3')),
    entry('symlink', 'to-bytes', { target: latin1('caf\xe9') }),
    file('new\nline'),
    file('ünï-日本-🙂'),
  ]),
  plain('non-UTF-8 names of every length', LONG, [
    ...[99, 100, 101, 155, 156, 254].map((length) =>
      file(Buffer.alloc(length, 0xe9), String(length)),
    ),
    entry('symlink', 'far', { target: Buffer.alloc(300, 0xe8) }),
  ]),
  plain('deep paths', LONG, [
    ...Array.from({ length: 12 }, (_, depth) =>
      entry('folder', Array.from({ length: depth + 1 }, () => 'n'.repeat(60)).join('/')),
    ),
    file(`${Array.from({ length: 12 }, () => 'n'.repeat(60)).join('/')}/leaf`),
    entry('hardlink', 'near', {
      target: bytesOf(`${Array.from({ length: 12 }, () => 'n'.repeat(60)).join('/')}/leaf`),
    }),
  ]),
  plain('modes', EVERY, [
    ...[0o000, 0o001, 0o200, 0o444, 0o600, 0o777, 0o1777, 0o2755, 0o4755, 0o7777].flatMap(
      (mode) => [
        file(`f${mode.toString(8)}`, 'x', { mode }),
        entry('folder', `d${mode.toString(8)}`, { mode }),
      ],
    ),
    entry('folder', 'closed', { mode: 0o500 }),
    file('closed/inside'),
  ]),
  ofRoot('owners', EVERY, [
    file('plain', 'x', { uid: 1000, gid: 1001 }),
    entry('folder', 'd', { uid: 33, gid: 0, mode: 0o2770 }),
    entry('symlink', 'l', { uid: 7, gid: 8, target: bytesOf('plain') }),
    file('nobody', 'x', { uid: 65_534, gid: 65_534 }),
    file('set', 'x', { uid: 1, gid: 2, mode: 0o6755 }),
  ]),
  ofRoot('large owners', LONG, [
    file('m', 'x', { uid: 2_097_151, gid: 2_097_152 }),
    file('u', 'x', { uid: 4_000_000_000, gid: 4_294_967_294 }),
  ]),
  ofRoot('an owned root', EVERY, [
    entry('folder', '', { uid: 1000, gid: 1000, mode: 0o2770 }),
    file('f', 'x', { uid: 1000, gid: 1000 }),
  ]),
  plain('times in whole seconds', LONG, [
    at('epoch', 0n),
    at('before', -86_400n * SECOND_NS),
    at('long-before', -2_000_000_000n * SECOND_NS),
    at('last-of-32-bits', 2_147_483_647n * SECOND_NS),
    at('first-after', 2_147_483_648n * SECOND_NS),
    at('2038-01-20', 2_147_558_400n * SECOND_NS),
    at('last-of-octal', 8_589_934_591n * SECOND_NS),
    at('first-after-octal', 8_589_934_592n * SECOND_NS),
    entry('folder', 'old', { mtimeNs: -SECOND_NS }),
    file('old/f'),
    entry('symlink', 'old-link', { mtimeNs: -SECOND_NS, target: bytesOf('epoch') }),
  ]),
  plain(
    'fractions of times',
    ['posix'],
    [
      at('half', 1_600_000_000_500_000_000n),
      at('micro', 1_600_000_000_000_001_000n),
      at('just-before-epoch', -500_000_000n),
      at('before', -86_400_250_000_000n),
      entry('folder', 'd', { mtimeNs: 1_600_000_000_250_000_000n }),
    ],
  ),
  plain('hard links', EVERY, [
    file('first', 'shared'),
    entry('hardlink', 'second', { target: bytesOf('first') }),
    entry('folder', 'd'),
    entry('hardlink', 'd/third', { target: bytesOf('first') }),
    file(latin1('b\xe9'), 'x'),
    entry('hardlink', latin1('c\xe9'), { target: latin1('b\xe9') }),
  ]),
  plain('hard links of links', EVERY, [
    entry('symlink', 'first', { target: bytesOf('no/such') }),
    entry('hardlink', 'second', { target: bytesOf('first') }),
  ]),
  plain('sparse files', SPARSE, [
    sparse('hole-first', 5 * MIB + 3, piece(5 * MIB, 'END')),
    sparse('hole-last', 4 * MIB, piece(0, 'BEGIN')),
    sparse('only-hole', 3 * MIB),
    sparse(
      'many',
      16 * MIB,
      ...Array.from({ length: 60 }, (_, n) => piece(n * 262_144, `piece ${n}`)),
    ),
    file('whole', Buffer.alloc(100_000, 1)),
    sparse(`long-${'n'.repeat(120)}`, MIB, piece(0, 'a'), piece(MIB - 1, 'z')),
  ]),
  plain('a large sparse file', SPARSE, [
    sparse('9GiB', 9 * 1024 * MIB, piece(0, 'a'), piece(9 * 1024 * MIB - 4096, 'z')),
  ]),
  plain(
    'FIFOs',
    ['ustar', 'gnu', 'posix'],
    [file('before'), entry('fifo', 'pipe', { mode: 0o640 }), file('with')],
  ),
  ofRoot(
    'devices',
    ['ustar', 'gnu', 'posix'],
    [
      file('before'),
      entry('char', 'null', { device: [1, 3], mode: 0o666 }),
      entry('block', 'disk', { device: [7, 200], mode: 0o660, gid: 6 }),
      entry('char', 'whiteout', { device: [0, 0], mode: 0o000 }),
      entry('char', 'wide', { device: [511, 70_000] }),
      file('with'),
    ],
  ),
];
