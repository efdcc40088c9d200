import { type KeyObject, sign } from 'node:crypto';
import { rawPublicKey } from './operator-key.ts';

export interface AdoptionFacts {
  readonly key: KeyObject;
  readonly name: string;
  readonly nonce: Uint8Array;
  /** Of the capsule's certificate, in hexadecimal. */
  readonly fingerprint: string;
}

/** Proves possession of the key to this very capsule, so that no other machine can pass it on. */
export function adoptionProof({ key, name, nonce, fingerprint }: AdoptionFacts): Uint8Array {
  const message = Buffer.concat([
    Buffer.from('capsule adopt v1\n'),
    nonce,
    Buffer.from(fingerprint, 'hex'),
    rawPublicKey(key),
    Buffer.from(name),
  ]);
  return sign(null, message, key);
}
