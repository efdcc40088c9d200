import { damaged } from './damaged.ts';

const SIGN_BITS = 0x40;

/**
 * A number of a header: octal digits, or base 256 (GNU) for what those cannot hold, negative ones too.
 * An empty field is 0. Fails with `COPY_ARCHIVE_DAMAGED`. Pure.
 */
export function parseNumber(field: Buffer, what: string): bigint {
  const first = field[0] ?? 0;
  if ((first & 0x80) !== 0) return parseBase256(field);
  const text = field.toString('latin1').replace(/\0.*$/s, '').trim();
  if (text === '') return 0n;
  if (!/^[0-7]+$/.test(text)) throw damaged(`its ${what} ${JSON.stringify(text)} is not a number`);
  return BigInt(`0o${text}`);
}

/** Digits that end in a NUL, or base 256 where they do not fit. Pure. */
export function formatNumber(value: number, length: number): Buffer {
  const digits = value.toString(8);
  if (value >= 0 && digits.length < length) {
    return Buffer.from(`${digits.padStart(length - 1, '0')}\0`, 'latin1');
  }
  const field = Buffer.alloc(length);
  let rest = BigInt(value);
  for (let at = length - 1; at >= 0; at -= 1) {
    field[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  field[0] = value < 0 ? 0xff : 0x80;
  return field;
}

/** Two's complement, whose highest bit only marks it as such. */
function parseBase256(field: Buffer): bigint {
  const first = field[0] ?? 0;
  const isNegative = (first & SIGN_BITS) !== 0;
  let value = isNegative ? -1n : 0n;
  value = (value << 6n) | BigInt(first & 0x3f);
  for (const byte of field.subarray(1)) value = (value << 8n) | BigInt(byte);
  return value;
}
