import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

/** Bytes of a raw Ed25519 key at the end of its SPKI form. */
const RAW_BYTES = 32;

/** The 32 bytes of an Ed25519 public key, of either half of the pair. */
export function rawPublicKey(key: KeyObject): Uint8Array {
  const half = key.type === 'private' ? createPublicKey(key) : key;
  const der = half.export({ format: 'der', type: 'spki' });
  return new Uint8Array(der.subarray(der.length - RAW_BYTES));
}

/** The id of a key: SHA-256 of its 32 bytes, in base64url without padding. */
export function keyIdOf(raw: Uint8Array): string {
  return createHash('sha256').update(raw).digest('base64url');
}
