import { type KeyObject, sign } from 'node:crypto';
import { adoptionStatement } from '../code-proof/code-proof.ts';
import { rawPublicKey } from './operator-key.ts';

export interface AdoptionFacts {
  readonly key: KeyObject;
  readonly name: string;
  readonly nonce: Uint8Array;
  /** Of the capsule's certificate, in hexadecimal. */
  readonly fingerprint: string;
}

/** Proves possession of the key to this very capsule, so that no other machine can pass it on. */
export function adoptionProof(facts: AdoptionFacts): Uint8Array {
  return sign(null, statementOf(facts), facts.key);
}

/** The bytes that the client signs. */
export function statementOf({ key, name, nonce, fingerprint }: AdoptionFacts): Buffer {
  const certificateDigest = Buffer.from(fingerprint, 'hex');
  return adoptionStatement({ nonce, certificateDigest, publicKey: rawPublicKey(key), name });
}
