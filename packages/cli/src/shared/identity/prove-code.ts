import {
  type AdoptionFacts,
  type CodeProofs,
  codeProofs,
  makeCodeHalf,
  statementOf,
} from '@capsule/api/remote';
import type { ChallengeResponse } from '@capsule/api/wire';
import { readClaimCode } from '@capsule/core';

export interface ProvenCode {
  /** This side's half. */
  readonly codeShare: Uint8Array<ArrayBuffer>;
  readonly proofs: CodeProofs;
}

/** Undefined where the capsule has offered no half that a proof can be made with. */
export function proveCode(
  typed: string,
  { nonce, codeShare: capsule }: Pick<ChallengeResponse, 'nonce' | 'codeShare'>,
  facts: AdoptionFacts,
): ProvenCode | undefined {
  const certificateDigest = Buffer.from(facts.fingerprint, 'hex');
  const half = makeCodeHalf({ code: readClaimCode(typed), nonce, certificateDigest });
  const proofs = codeProofs(half, { nonce, client: half.share, capsule }, statementOf(facts));
  return proofs && { codeShare: Uint8Array.from(half.share), proofs };
}
