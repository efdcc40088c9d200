import { timingSafeEqual } from 'node:crypto';
import {
  adoptionStatement,
  type CodeExchange,
  type CodeHalf,
  codeProofs,
  makeCodeHalf,
} from '@capsule/api/server';

/** The capsule's half of a proof of the code, which goes out with a nonce. Good for one try. */
export interface CodeOffer {
  readonly code: string;
  readonly half: CodeHalf;
}

export function offerCode(exchange: CodeExchange): CodeOffer {
  return { code: exchange.code, half: makeCodeHalf(exchange) };
}

/** An adoption with a proof of the code. */
export interface ProvenCode {
  readonly nonce: Uint8Array;
  readonly certificateDigest: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly name: string;
  readonly codeShare: Uint8Array;
  readonly codeProof: Uint8Array;
}

/** The capsule's answer to a client that knows the code of the offer; undefined for every other. */
export function answerProof({ half }: CodeOffer, request: ProvenCode): Buffer | undefined {
  const { nonce, codeShare: client, codeProof } = request;
  const shares = { nonce, client, capsule: half.share };
  const proofs = codeProofs(half, shares, adoptionStatement(request));
  if (proofs === undefined || proofs.client.length !== codeProof.length) return undefined;
  return timingSafeEqual(proofs.client, codeProof) ? proofs.capsule : undefined;
}
