import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

/** How clients name a public key: SHA-256 in base64url without padding. */
export function keyIdOf(publicKey: Uint8Array): string {
  return createHash('sha256').update(publicKey).digest('base64url');
}

/** The bytes before the 32 of the key in a SubjectPublicKeyInfo of Ed25519 (RFC 8410). */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

/** An Ed25519 public key, from its 32 bytes. Fails for bytes that are no point of the curve only when it is used. */
export function publicKeyFrom(bytes: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI_HEAD, bytes]), format: 'der', type: 'spki' });
}
