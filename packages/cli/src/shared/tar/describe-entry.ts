import { damaged } from './damaged.ts';
import type { HeaderBlock } from './header-block.ts';
import type { PaxRecords } from './pax-records.ts';
import { parsePaxTime } from './pax-time.ts';
import { decimal, parsePaxMap, sizeOf } from './sparse-map.ts';
import type { DataRange, TarEntry, TarType } from './tar-entry.ts';

/** Headers that came in front of an entry, of it or of all that follow. */
export interface Extension {
  readonly pax: PaxRecords;
  readonly longName?: Buffer | undefined;
  readonly longTarget?: Buffer | undefined;
}

/** An entry, and how its content stands in the archive. */
export interface Described {
  readonly entry: TarEntry;
  /** The flag of a type that no rule is for: such an entry is left out. */
  readonly unknownType: string | undefined;
  /** Bytes that follow the header, without padding. */
  readonly storedBytes: number;
  /** Ranges, or that they stand in front of the content (PAX 1.0). */
  readonly sparse: readonly DataRange[] | 'leading' | undefined;
}

const TYPES: Readonly<Record<string, TarType>> = {
  '0': 'file',
  '\0': 'file',
  // Contiguous, of old GNU sparse form, of an incremental dump.
  '7': 'file',
  S: 'file',
  D: 'folder',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'char',
  '4': 'block',
  '5': 'folder',
  '6': 'fifo',
};
const ID_MOST = 0xffff_fffe;
const SECOND_NS = 1_000_000_000n;

/** Combines a header with those in front of it. Fails with `COPY_ARCHIVE_DAMAGED`. Pure. */
export function describeEntry(header: HeaderBlock, extension: Extension): Described {
  const pax = lastValues(extension.pax);
  const text = (key: string) => pax.get(key)?.toString('latin1');
  const name = pax.get('GNU.sparse.name') ?? pax.get('path') ?? extension.longName ?? header.name;
  const target = pax.get('linkpath') ?? extension.longTarget ?? header.target;
  const unknownType = header.typeFlag in TYPES ? undefined : header.typeFlag;
  const type = typeOf(header, name);
  if (unknownType === undefined) checkNames(name, target, type);
  const paxSize = text('size');
  const size = paxSize === undefined ? header.size : decimal(paxSize);
  // A hard link names the size of the file, which does not follow.
  const storedBytes = type === 'hardlink' ? 0 : sizeOf(size);
  const sparse = sparseOf(extension.pax, pax, type);
  const mtime = text('mtime');
  const entry = {
    name,
    type,
    mode: header.mode,
    target,
    device: header.device,
    uid: idOf(text('uid'), header.uid),
    gid: idOf(text('gid'), header.gid),
    mtimeNs: mtime === undefined ? header.mtimeSeconds * SECOND_NS : parsePaxTime(mtime),
    sizeBytes: sparse?.sizeBytes ?? (type === 'file' ? storedBytes : 0),
  };
  return { entry, unknownType, storedBytes, sparse: sparse?.ranges };
}

/** An empty value takes back what a global header gave. */
function lastValues(records: PaxRecords): ReadonlyMap<string, Buffer> {
  const values = new Map(records);
  for (const [key, value] of values) if (value.length === 0) values.delete(key);
  return values;
}

/** Before POSIX, a slash at the end was the only sign of a folder. */
function typeOf({ typeFlag }: HeaderBlock, name: Buffer): TarType {
  const type = TYPES[typeFlag] ?? 'file';
  return type === 'file' && typeFlag !== 'S' && name.at(-1) === 0x2f ? 'folder' : type;
}

function checkNames(name: Buffer, target: Buffer, type: TarType): void {
  if (name.length === 0) throw damaged('an entry has no name');
  if (name.includes(0) || target.includes(0)) throw damaged('a name contains a NUL character');
  if ((type === 'symlink' || type === 'hardlink') && target.length === 0) {
    throw damaged(`${JSON.stringify(name.toString())} links to nothing`);
  }
}

interface Sparse {
  readonly sizeBytes: number;
  readonly ranges: readonly DataRange[] | 'leading';
}

function sparseOf(
  records: PaxRecords,
  pax: ReadonlyMap<string, Buffer>,
  type: TarType,
): Sparse | undefined {
  const text = (key: string) => pax.get(`GNU.sparse.${key}`)?.toString('latin1');
  const [major, minor] = [text('major'), text('minor')];
  const isVersioned = major !== undefined || minor !== undefined;
  const hasMap = records.some(([key]) => /^GNU\.sparse\.(map|offset|numbytes|size)$/.test(key));
  if (type !== 'file' || (!isVersioned && !hasMap)) return undefined;
  const isLeading = major === '1' && minor === '0';
  const isPax0 = !isVersioned || (major === '0' && (minor === '0' || minor === '1'));
  if (!isLeading && !isPax0) throw damaged(`sparse files of version ${major}.${minor} are unknown`);
  const size = text('realsize') ?? text('size');
  if (size === undefined) throw damaged('a sparse file has no size');
  return {
    sizeBytes: sizeOf(decimal(size)),
    ranges: isLeading ? 'leading' : parsePaxMap(records),
  };
}

function idOf(text: string | undefined, plain: bigint): number {
  const id = text === undefined ? plain : decimal(text);
  if (id < 0n || id > BigInt(ID_MOST)) throw damaged(`the owner ${id} is out of range`);
  return Number(id);
}
