/** A name as it stands in a message, without compression. */
export interface DnsName {
  /** Length-prefixed labels and the root, as they were written: at most 255 bytes. */
  readonly wire: Buffer;
  /** Where reading goes on behind the name. */
  readonly end: number;
}

/** Real names have few; each costs a step of ours. */
const MOST_POINTERS = 64;
const HEADER_BYTES = 12;

/**
 * Reads the name at `offset`; undefined for what is no name. Pointers lead strictly backwards and
 * never into the header, so reading ends, whatever the bytes are.
 */
export function readName(message: Buffer, offset: number): DnsName | undefined {
  const parts: Buffer[] = [];
  let size = 1;
  let pointers = 0;
  let end: number | undefined;
  let segment = offset;
  for (let at = offset; ; ) {
    const length = message[at];
    if (length === undefined) return undefined;
    if (length === 0) return { wire: Buffer.concat([...parts, ROOT]), end: end ?? at + 1 };
    if (length >= 0xc0) {
      const low = message[at + 1];
      if (low === undefined) return undefined;
      const target = (length & 0x3f) * 256 + low;
      pointers += 1;
      if (target >= segment || target < HEADER_BYTES || pointers > MOST_POINTERS) return undefined;
      end ??= at + 2;
      segment = target;
      at = target;
    } else {
      const next = at + 1 + length;
      size += 1 + length;
      if (length > 63 || size > 255 || next > message.length) return undefined;
      parts.push(message.subarray(at, next));
      at = next;
    }
  }
}

const ROOT = Buffer.of(0);

/** Labels in lower case, one character for each byte: a label may hold any of them, also dots. */
export function labelsOf(wire: Buffer): readonly string[] {
  const labels: string[] = [];
  for (let at = 0, length = wire[0] ?? 0; length > 0; at += 1 + length, length = wire[at] ?? 0) {
    labels.push(wire.toString('latin1', at + 1, at + 1 + length));
  }
  return labels;
}

/** The name in lower case, as names are compared (RFC 4343). Lengths are below `A` and stay. */
export function lowerCase(wire: Buffer): Buffer {
  return Buffer.from(wire.map((byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte)));
}
