import { paxRecords, type RawEntry, rawArchive, rawEntry } from './raw-archive.ts';

/** Bytes that no reader may take for an archive: each is refused, in bounded time and memory. */
export interface DamagedArchive {
  readonly name: string;
  readonly bytes: Buffer;
}

const KIB = 1024;
const pax = (data: string | Uint8Array): RawEntry => ({ name: 'pax', type: 'x', data });
const one = (name: string, ...entries: readonly RawEntry[]): DamagedArchive => ({
  name,
  bytes: rawArchive(...entries),
});
const base256 = (...last: readonly number[]) => {
  const field = Buffer.alloc(12);
  field[0] = 0x80;
  field.set(last, 12 - last.length);
  return field;
};
const sparse = (name: string, map: Readonly<Record<string, string>>, data = 'x') =>
  one(name, pax(paxRecords(map)), { data });
/** Headers of records that are all different. */
const globals = (headers: number, records: number, bytes: number): RawEntry[] =>
  Array.from({ length: headers }, (_, header) => {
    const keys = Array.from({ length: records }, (_one, record) => `K${header}.${record}`);
    const data = paxRecords(Object.fromEntries(keys.map((key) => [key, 'x'.repeat(bytes)])));
    return { name: 'pax', type: 'g', data };
  });
const VERSION_1 = { 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.name': 'f' };
const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, '0')}\0`;
/** Old GNU sparse: pairs from 386 on, `isextended` at 482, the real size at 483. */
const oldSparse = (pairs: readonly (readonly [number, number])[], realSize: number, more = 0) => ({
  type: 'S',
  data: 'x',
  fields: [
    [257, 'ustar  \0'],
    ...pairs.flatMap(([offset, length], n) => [
      [386 + n * 24, octal(offset, 12)],
      [398 + n * 24, octal(length, 12)],
    ]),
    [482, Uint8Array.of(more)],
    [483, octal(realSize, 12)],
  ] as [number, string | Uint8Array][],
});

const whole = rawArchive({ data: Buffer.alloc(2000, 1) });

export const DAMAGED_ARCHIVES: readonly DamagedArchive[] = [
  { name: 'no archive', bytes: Buffer.alloc(2_000, 'x') },
  { name: 'compressed data', bytes: Buffer.from('1f8b0800'.padEnd(2048, '7'), 'hex') },
  { name: 'cut in the first header', bytes: whole.subarray(0, 100) },
  { name: 'cut after the header', bytes: whole.subarray(0, 512) },
  { name: 'cut in the content', bytes: whole.subarray(0, 512 + 700) },
  { name: 'cut in the padding', bytes: whole.subarray(0, 512 + 2010) },
  { name: 'cut between two entries', bytes: whole.subarray(0, 512 + 2048) },
  {
    name: 'a second header of noise',
    bytes: Buffer.concat([rawEntry({ data: 'x' }), Buffer.alloc(512, 'y'), Buffer.alloc(1024)]),
  },
  one('a wrong checksum', { data: 'x', isSpoiled: true }),
  one('a size of letters', { data: 'x', size: Buffer.from('size is new\0') }),
  one('a negative size', { data: 'x', size: Buffer.alloc(12, 0xff) }),
  one('a size past 2^63', { data: 'x', size: base256(0x80, 0, 0, 0, 0, 0, 0, 0) }),
  one('a size that never comes', { data: 'x', size: base256(1, 0, 0, 0, 0) }),
  one('PAX: no length', pax('path=a\n'), { data: 'x' }),
  one('PAX: length 0', pax('0 path=a\n'), { data: 'x' }),
  one('PAX: length past the end', pax('99 path=a\n'), { data: 'x' }),
  one('PAX: length too short', pax('5 path=a\n'), { data: 'x' }),
  one('PAX: no equals sign', pax('9 patha\n\n'), { data: 'x' }),
  one('PAX: size of letters', pax(paxRecords({ size: 'many' })), { data: 'x' }),
  one('PAX: negative size', pax(paxRecords({ size: '-1' })), { data: 'x' }),
  one('PAX: time of letters', pax(paxRecords({ mtime: 'noon' })), { data: 'x' }),
  one('PAX: owner of letters', pax(paxRecords({ uid: 'root' })), { data: 'x' }),
  one('PAX: NUL in a name', pax(paxRecords({ path: 'a\0b' })), { data: 'x' }),
  one('PAX: records of 64 MiB', { ...pax('x'), size: base256(4, 0, 0, 0) }, { data: 'x' }),
  one('PAX: global records without end', ...globals(3, 500, 1), { data: 'x' }),
  one('PAX: global records of 3 MiB', ...globals(3, 1, 1024 * KIB - 100), { data: 'x' }),
  one('PAX: nothing after it', pax(paxRecords({ path: 'a' }))),
  one('GNU: a name of 64 MiB', { type: 'L', data: 'x', size: base256(4, 0, 0, 0) }, { data: 'x' }),
  one('GNU: nothing after a long name', { type: 'L', data: 'long\0' }),
  one('a link to nothing', { type: '2' }),
  one('a hard link to nothing', { type: '1' }),
  one('an empty name', { name: '', data: 'x' }),
  one('old sparse: pieces past the end', oldSparse([[100, 1]], 50)),
  one(
    'old sparse: pieces out of order',
    oldSparse(
      [
        [100, 1],
        [10, 0],
      ],
      200,
    ),
  ),
  one('old sparse: more data than pieces', oldSparse([], 200)),
  one('old sparse: fewer data than pieces', oldSparse([[0, 2]], 200)),
  {
    name: 'old sparse: an extension that never ends',
    bytes: Buffer.concat([rawEntry(oldSparse([[0, 1]], 200, 1)).subarray(0, 512)]),
  },
  sparse('sparse 0.1: an odd map', { 'GNU.sparse.size': '99', 'GNU.sparse.map': '0,1,2' }),
  sparse('sparse 0.1: letters', { 'GNU.sparse.size': '99', 'GNU.sparse.map': 'a,b' }),
  sparse('sparse 0.1: past the end', { 'GNU.sparse.size': '9', 'GNU.sparse.map': '20,1' }),
  sparse('sparse 0.1: no size', { 'GNU.sparse.map': '0,1' }),
  sparse('sparse 0.1: negative', { 'GNU.sparse.size': '9', 'GNU.sparse.map': '-1,1' }),
  sparse('sparse 1.0: no size', VERSION_1),
  sparse('sparse 1.0: no map', { ...VERSION_1, 'GNU.sparse.realsize': '99' }, 'x'),
  sparse(
    'sparse 1.0: a count past any memory',
    { ...VERSION_1, 'GNU.sparse.realsize': '99' },
    '99999999999\n'.padEnd(KIB, '0\n'),
  ),
  sparse(
    'sparse 1.0: pieces past the end',
    { ...VERSION_1, 'GNU.sparse.realsize': '9' },
    `${'1\n20\n1\n'.padEnd(512, '\0')}x`,
  ),
  sparse(
    'sparse: an unknown version',
    { ...VERSION_1, 'GNU.sparse.major': '2', 'GNU.sparse.realsize': '9' },
    `${'1\n0\n1\n'.padEnd(512, '\0')}x`,
  ),
];
