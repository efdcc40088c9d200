/** A name as it stands in a message, without compression. */
export interface DnsName {
  /** Length-prefixed labels and the root, as they were written: at most 255 bytes. */
  readonly wire: Buffer;
  /** The offset behind the name. */
  readonly end: number;
}

/** Real names have few pointers; each costs a step. */
const MOST_POINTERS = 64;
const HEADER_BYTES = 12;

/**
 * Reads the name at `offset`; undefined when there is no valid name. Pointers lead strictly backwards
 * and never into the header, so reading ends for any bytes.
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

/** Labels in lower case, one character for each byte: a label may hold any byte, even a dot. */
export function labelsOf(wire: Buffer): readonly string[] {
  const labels: string[] = [];
  for (let at = 0, length = wire[0] ?? 0; length > 0; at += 1 + length, length = wire[at] ?? 0) {
    labels.push(wire.toString('latin1', at + 1, at + 1 + length));
  }
  return labels;
}

/** The name in lower case, for comparison (RFC 4343). Length bytes are below `A` and stay. */
export function lowerCase(wire: Buffer): Buffer {
  return Buffer.from(wire.map((byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte)));
}
