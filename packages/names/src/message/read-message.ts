import { DNSSEC_OK, FLAG, TYPE } from './codes.ts';
import { lowerCase, readName } from './read-name.ts';

/** The fixed part of a message. */
export interface DnsHeader {
  readonly id: number;
  readonly flags: number;
  readonly isResponse: boolean;
  readonly opcode: number;
  readonly rcode: number;
  /** Claimed numbers of questions, answers, authorities and additional records. */
  readonly counts: readonly [number, number, number, number];
}

export interface Question {
  /** Name, type and class as they were written. */
  readonly bytes: Buffer;
  /** The name in lower case, uncompressed. */
  readonly name: Buffer;
  readonly type: number;
  readonly class: number;
}

export interface Edns {
  readonly udpBytes: number;
  /** Upper eight bits of the response code. */
  readonly extendedRcode: number;
  readonly version: number;
  readonly isDnssecOk: boolean;
}

/** Where a record stands in its message. */
export interface RecordPlace {
  readonly section: 'answer' | 'authority' | 'additional';
  readonly type: number;
  readonly ttl: number;
  readonly start: number;
  readonly ttlAt: number;
  readonly end: number;
}

export interface DnsMessage extends DnsHeader {
  readonly bytes: Buffer;
  readonly question: Question;
  readonly records: readonly RecordPlace[];
  readonly edns: Edns | undefined;
}

const HEADER_BYTES = 12;
const SECTIONS = ['answer', 'authority', 'additional'] as const;

/** Undefined for fewer bytes than a header has. */
export function readHeader(bytes: Buffer): DnsHeader | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const flags = bytes.readUInt16BE(2);
  const count = (index: number) => bytes.readUInt16BE(4 + 2 * index);
  return {
    id: bytes.readUInt16BE(0),
    flags,
    isResponse: (flags & FLAG.response) !== 0,
    opcode: (flags >> 11) & 0xf,
    rcode: flags & 0xf,
    counts: [count(0), count(1), count(2), count(3)],
  };
}

/**
 * Reads a whole message with one question; undefined for everything else. Every record takes eleven
 * bytes, so a message with huge counts ends where its bytes do. Nothing may be left over.
 */
export function readMessage(bytes: Buffer): DnsMessage | undefined {
  const header = readHeader(bytes);
  if (header === undefined || header.counts[0] !== 1) return undefined;
  const question = readQuestion(bytes);
  if (question === undefined) return undefined;
  const records: RecordPlace[] = [];
  let at = HEADER_BYTES + question.bytes.length;
  for (const [index, section] of SECTIONS.entries()) {
    for (let left = header.counts[index + 1] ?? 0; left > 0; left -= 1) {
      const record = readRecord(bytes, at, section);
      if (record === undefined) return undefined;
      records.push(record);
      at = record.end;
    }
  }
  const options = records.filter(({ type }) => type === TYPE.OPT);
  const [option] = options;
  if (at !== bytes.length || options.length > 1) return undefined;
  if (option === undefined) return { ...header, bytes, question, records, edns: undefined };
  const edns = readEdns(bytes, option);
  return edns === undefined ? undefined : { ...header, bytes, question, records, edns };
}

/** The first question, right behind the header; undefined where there is none. */
export function readQuestion(bytes: Buffer): Question | undefined {
  const name = readName(bytes, HEADER_BYTES);
  if (name === undefined || name.end + 4 > bytes.length) return undefined;
  return {
    bytes: bytes.subarray(HEADER_BYTES, name.end + 4),
    name: lowerCase(name.wire),
    type: bytes.readUInt16BE(name.end),
    class: bytes.readUInt16BE(name.end + 2),
  };
}

function readRecord(
  bytes: Buffer,
  start: number,
  section: RecordPlace['section'],
): RecordPlace | undefined {
  const name = readName(bytes, start);
  if (name === undefined || name.end + 10 > bytes.length) return undefined;
  const end = name.end + 10 + bytes.readUInt16BE(name.end + 8);
  if (end > bytes.length) return undefined;
  const ttlAt = name.end + 4;
  const type = bytes.readUInt16BE(name.end);
  return { section, type, ttl: bytes.readUInt32BE(ttlAt), start, ttlAt, end };
}

/** An OPT record has the root for a name, and its own meaning of class and TTL (RFC 6891). */
function readEdns(bytes: Buffer, { section, start, ttlAt }: RecordPlace): Edns | undefined {
  if (section !== 'additional' || bytes[start] !== 0) return undefined;
  return {
    udpBytes: bytes.readUInt16BE(ttlAt - 2),
    extendedRcode: bytes.readUInt8(ttlAt),
    version: bytes.readUInt8(ttlAt + 1),
    isDnssecOk: (bytes.readUInt16BE(ttlAt + 2) & DNSSEC_OK) !== 0,
  };
}
