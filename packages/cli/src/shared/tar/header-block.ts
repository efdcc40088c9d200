import { damaged } from './damaged.ts';
import { formatNumber, parseNumber } from './number-field.ts';
import { BLOCK_BYTES } from './tar-entry.ts';

/** The fields of one header block, before extended headers change them. */
export interface HeaderBlock {
  readonly name: Buffer;
  readonly mode: number;
  readonly uid: bigint;
  readonly gid: bigint;
  /** Bytes of the archive that follow. */
  readonly size: bigint;
  readonly mtimeSeconds: bigint;
  readonly typeFlag: string;
  readonly target: Buffer;
  readonly device: readonly [major: number, minor: number];
}

const CHECKSUM = { at: 148, length: 8 } as const;
const POSIX_MAGIC = 'ustar\0';
const SPACE = 0x20;

/** Undefined for a block of zeros, the end of an archive. Fails with `COPY_ARCHIVE_DAMAGED`. Pure. */
export function parseHeaderBlock(block: Buffer): HeaderBlock | undefined {
  if (block[0] === 0 && block.every((byte) => byte === 0)) return undefined;
  checkSum(block);
  const isPosix = block.toString('latin1', 257, 263) === POSIX_MAGIC;
  const name = textOf(block, 0, 100);
  const prefix = isPosix ? textOf(block, 345, 155) : Buffer.alloc(0);
  const typeFlag = String.fromCharCode(block[156] ?? 0);
  // Of no meaning elsewhere, and of another one in old formats.
  const isDevice = typeFlag === '3' || typeFlag === '4';
  const device = (at: number) => (isDevice ? Number(numberOf(block, at, 8, 'device')) : 0);
  return {
    name: prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from('/'), name]),
    mode: Number(numberOf(block, 100, 8, 'mode') & 0o7777n),
    uid: numberOf(block, 108, 8, 'owner'),
    gid: numberOf(block, 116, 8, 'group'),
    size: numberOf(block, 124, 12, 'size'),
    mtimeSeconds: numberOf(block, 136, 12, 'time'),
    typeFlag,
    target: textOf(block, 157, 100),
    device: [device(329), device(337)],
  };
}

export interface HeaderFields {
  /** Up to 100 bytes count, also of `target`. */
  readonly name: Uint8Array;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtimeSeconds: number;
  readonly typeFlag: string;
  readonly target: Uint8Array;
  readonly device: readonly [major: number, minor: number];
}

/** A header in the POSIX format (ustar). Pure. */
export function formatHeaderBlock(fields: HeaderFields): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  block.set(fields.name.subarray(0, 100), 0);
  block.set(formatNumber(fields.mode, 8), 100);
  block.set(formatNumber(fields.uid, 8), 108);
  block.set(formatNumber(fields.gid, 8), 116);
  block.set(formatNumber(fields.size, 12), 124);
  block.set(formatNumber(fields.mtimeSeconds, 12), 136);
  block.write(fields.typeFlag, 156, 'latin1');
  block.set(fields.target.subarray(0, 100), 157);
  block.write(`${POSIX_MAGIC}00`, 257, 'latin1');
  block.set(formatNumber(fields.device[0], 8), 329);
  block.set(formatNumber(fields.device[1], 8), 337);
  const { unsigned } = sumsOf(block);
  block.write(`${unsigned.toString(8).padStart(6, '0')}\0 `, CHECKSUM.at, 'latin1');
  return block;
}

function numberOf(block: Buffer, at: number, length: number, what: string): bigint {
  return parseNumber(block.subarray(at, at + length), what);
}

/** Up to the first NUL; a copy, since blocks are parts of what comes and goes. */
function textOf(block: Buffer, at: number, length: number): Buffer {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return Buffer.from(end < 0 ? field : field.subarray(0, end));
}

function checkSum(block: Buffer): void {
  const field = block.subarray(CHECKSUM.at, CHECKSUM.at + CHECKSUM.length);
  const text = field.toString('latin1').replace(/\0.*$/s, '').trim();
  const { unsigned, signed } = sumsOf(block);
  const found = /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : -1;
  // Old programs added signed bytes.
  if (found !== unsigned && found !== signed) throw damaged('a header has a wrong checksum');
}

/** The field of the checksum itself counts as spaces. */
function sumsOf(block: Buffer): { readonly unsigned: number; readonly signed: number } {
  let unsigned = CHECKSUM.length * SPACE;
  let high = 0;
  for (let at = 0; at < BLOCK_BYTES; at += 1) {
    if (at === CHECKSUM.at) at += CHECKSUM.length;
    const byte = block[at] ?? 0;
    unsigned += byte;
    if (byte > 127) high += 1;
  }
  return { unsigned, signed: unsigned - high * 256 };
}
