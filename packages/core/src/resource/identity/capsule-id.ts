/** RFC 4648, in lower case. */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const ID = /^[a-z2-7]{26}$/;
/** Characters of the short form, for display. */
const SHORT = 8;

/** The identity of a capsule, from 16 random bytes: 26 characters of base32. Pure. */
export function capsuleIdFrom(bytes: Uint8Array): string {
  let bits = 0n;
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte);
  // 26 characters hold 130 bits: two zero bits follow the 128.
  bits <<= 2n;
  return Array.from({ length: 26 }, (_, at) => {
    return ALPHABET[Number((bits >> BigInt(5 * (25 - at))) & 31n)];
  }).join('');
}

export function isCapsuleId(text: string): boolean {
  return ID.test(text);
}

/** The short form of a capsule's identity. Pure. */
export function shortIdOf(capsuleId: string): string {
  return capsuleId.slice(0, SHORT);
}
