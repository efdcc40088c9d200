import { verify } from 'node:crypto';
import { PUBLIC_KEY_BYTES } from '@capsule/core';
import { publicKeyFrom } from '../key-id.ts';

/** Parts of the proof that a client holds the key it brings, and sees the capsule's own certificate. */
export interface Proof {
  readonly nonce: Uint8Array;
  /** SHA-256 of the server's certificate in DER. */
  readonly certificateDigest: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly name: string;
  readonly signature: Uint8Array;
}

const SIGNATURE_BYTES = 64;
const HEAD = 'capsule adopt v1\n';

/** Never fails: bytes that are no key have no valid signature. */
export function isProven(proof: Proof): boolean {
  const { nonce, certificateDigest, publicKey, name, signature } = proof;
  const signed = Buffer.concat([
    Buffer.from(HEAD),
    nonce,
    certificateDigest,
    publicKey,
    Buffer.from(name),
  ]);
  if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  return verify(null, signed, publicKeyFrom(publicKey), signature);
}
