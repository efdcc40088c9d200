/** The few forms of DER (X.690) that a certificate needs. Pure. */
const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** A value of any tag around its content. */
export function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(body.length)]), body]);
}

export function sequence(...items: readonly Uint8Array[]): Buffer {
  return der(TAG.sequence, ...items);
}

export function setOf(...items: readonly Uint8Array[]): Buffer {
  return der(TAG.set, ...items);
}

/** An unsigned integer, from its bytes. */
export function integer(bytes: Uint8Array): Buffer {
  const isNegative = ((bytes[0] ?? 0) & 0x80) !== 0;
  return der(TAG.integer, isNegative ? Buffer.from([0]) : Buffer.alloc(0), bytes);
}

export function bitString(bytes: Uint8Array): Buffer {
  return der(TAG.bitString, Buffer.from([0]), bytes);
}

export function octetString(bytes: Uint8Array): Buffer {
  return der(TAG.octetString, bytes);
}

export function yes(): Buffer {
  return der(TAG.boolean, Buffer.from([0xff]));
}

export function utf8(text: string): Buffer {
  return der(TAG.utf8String, Buffer.from(text));
}

/** `20000101000000Z`. */
export function generalizedTime(text: string): Buffer {
  return der(TAG.generalizedTime, Buffer.from(text));
}

/** `1.3.101.112`. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(TAG.oid, Buffer.from([40 * first + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const low = value & 0x7f;
  const high: number[] = [];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) high.unshift((rest & 0x7f) | 0x80);
  return [...high, low];
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff);
  return [0x80 | bytes.length, ...bytes];
}
