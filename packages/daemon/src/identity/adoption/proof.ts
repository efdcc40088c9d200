import { verify } from 'node:crypto';
import { type AdoptionStatement, adoptionStatement } from '@capsule/api/server';
import { PUBLIC_KEY_BYTES } from '@capsule/core';
import { publicKeyFrom } from '../key-id.ts';

/** Parts of the proof that a client holds the key it brings, and sees the capsule's own certificate. */
export interface Proof extends AdoptionStatement {
  readonly signature: Uint8Array;
}

const SIGNATURE_BYTES = 64;

/** Never fails: bytes that are no key have no valid signature. */
export function isProven(proof: Proof): boolean {
  const { publicKey, signature } = proof;
  if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  return verify(null, adoptionStatement(proof), publicKeyFrom(publicKey), signature);
}
