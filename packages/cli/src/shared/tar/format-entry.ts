import { formatHeaderBlock } from './header-block.ts';
import { formatPaxRecords, type PaxRecords } from './pax-records.ts';
import { floorSeconds, formatPaxTime } from './pax-time.ts';
import { formatLeadingMap } from './sparse-map.ts';
import { BLOCK_BYTES, paddingOf, type TarEntry, type TarType } from './tar-entry.ts';

/** Two blocks of zeros. */
export const END_OF_ARCHIVE: Buffer = Buffer.alloc(2 * BLOCK_BYTES);

const FLAGS: Readonly<Record<TarType, string>> = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  char: '3',
  block: '4',
  folder: '5',
  fifo: '6',
};
/** A plain header holds names of this length, and numbers below these. */
const NAME_BYTES = 100;
const ID_MOST = 0o7777777;
const SIZE_MOST = 0o77777777777;
const SECOND_NS = 1_000_000_000n;
const NONE = Buffer.alloc(0);

/**
 * The headers of an entry in the PAX format, and the map of a sparse file (version 1.0). The bytes of its
 * content follow, those of its ranges where it has them; then `paddingOf` them. Pure.
 */
export function formatEntry(entry: TarEntry): Buffer {
  const map = entry.ranges === undefined ? NONE : formatLeadingMap(entry.ranges);
  const size = map.length + storedBytesOf(entry);
  const records = formatPaxRecords(recordsOf(entry, size));
  const blocks = [formatHeaderBlock({ ...fieldsOf(entry), size }), map];
  if (records.length > 0) blocks.unshift(...extension(records));
  return blocks.length === 2 && map.length === 0 ? (blocks[0] ?? NONE) : Buffer.concat(blocks);
}

/** Bytes of content that follow the headers. Pure. */
export function storedBytesOf({ type, sizeBytes, ranges }: TarEntry): number {
  if (type !== 'file') return 0;
  return ranges === undefined ? sizeBytes : ranges.reduce((sum, { length }) => sum + length, 0);
}

function fieldsOf({ type, mtimeNs, ...entry }: TarEntry) {
  const seconds = floorSeconds(mtimeNs);
  // For readers that know no extended headers.
  const isPlain = seconds >= 0n && seconds <= BigInt(SIZE_MOST);
  return {
    name: entry.name,
    target: entry.target,
    device: entry.device,
    mode: entry.mode,
    uid: entry.uid > ID_MOST ? 0 : entry.uid,
    gid: entry.gid > ID_MOST ? 0 : entry.gid,
    mtimeSeconds: isPlain ? Number(seconds) : seconds < 0n ? 0 : SIZE_MOST,
    typeFlag: FLAGS[type],
  };
}

function recordsOf(entry: TarEntry, size: number): PaxRecords {
  const { name, target, uid, gid, mtimeNs, ranges } = entry;
  const records: (readonly [string, Buffer])[] = [];
  const add = (key: string, value: string | Buffer) => records.push([key, Buffer.from(value)]);
  if (ranges !== undefined) {
    add('GNU.sparse.major', '1');
    add('GNU.sparse.minor', '0');
    add('GNU.sparse.name', name);
    add('GNU.sparse.realsize', String(entry.sizeBytes));
  } else if (name.length > NAME_BYTES) add('path', name);
  if (target.length > NAME_BYTES) add('linkpath', target);
  if (size > SIZE_MOST) add('size', String(size));
  if (uid > ID_MOST) add('uid', String(uid));
  if (gid > ID_MOST) add('gid', String(gid));
  const seconds = floorSeconds(mtimeNs);
  const isPlain = seconds >= 0n && seconds <= BigInt(SIZE_MOST);
  if (!isPlain || seconds * SECOND_NS !== mtimeNs) add('mtime', formatPaxTime(mtimeNs));
  return records;
}

function extension(records: Buffer): Buffer[] {
  const header = formatHeaderBlock({
    name: Buffer.from('PaxHeaders/entry'),
    target: NONE,
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: records.length,
    mtimeSeconds: 0,
    typeFlag: 'x',
    device: [0, 0],
  });
  return [header, records, Buffer.alloc(paddingOf(records.length))];
}
