import { createHmac } from 'node:crypto';
import { type CpaceHalf, makeHalf, sharedKey } from './cpace.ts';

/** One adoption, as either side sees it. A machine between the two has another certificate. */
export interface CodeExchange {
  /** In the form of the console: `ABCD-EFGH`. */
  readonly code: string;
  readonly nonce: Uint8Array;
  /** SHA-256 of the server's certificate in DER. */
  readonly certificateDigest: Uint8Array;
}

export type CodeHalf = CpaceHalf;

/** Each side makes its own, and sends its share. */
export function makeCodeHalf({ code, nonce, certificateDigest }: CodeExchange): CodeHalf {
  const channel = Buffer.concat([Buffer.from('capsule adopt v1\n'), certificateDigest]);
  return makeHalf({ secret: code, channel, session: nonce });
}

export interface CodeShares {
  readonly nonce: Uint8Array;
  readonly client: Uint8Array;
  readonly capsule: Uint8Array;
}

/** Proves to the other side that this one knows the code, and nothing else about it. */
export interface CodeProofs {
  readonly client: Buffer;
  readonly capsule: Buffer;
}

/**
 * The proofs of both sides over a statement: the bytes that the client signs. Each side sends its own, and compares the
 * other's. Undefined for a share that no client or capsule makes.
 */
export function codeProofs(
  own: CodeHalf,
  { nonce, client, capsule }: CodeShares,
  statement: Uint8Array,
): CodeProofs | undefined {
  const other = own.share.equals(client) ? capsule : client;
  const exchange = {
    session: nonce,
    initiator: { share: client },
    responder: { share: capsule },
  };
  const key = sharedKey(own, other, exchange);
  if (key === undefined) return undefined;
  const proof = (side: string) =>
    createHmac('sha256', key).update(`capsule adopt v1 ${side}\n`).update(statement).digest();
  return { client: proof('client'), capsule: proof('capsule') };
}

/** The bytes that an adopting client signs, and that both sides prove the code over. */
export function adoptionStatement({
  nonce,
  certificateDigest,
  publicKey,
  name,
}: AdoptionStatement): Buffer {
  const head = Buffer.from('capsule adopt v1\n');
  return Buffer.concat([head, nonce, certificateDigest, publicKey, Buffer.from(name)]);
}

export interface AdoptionStatement {
  readonly nonce: Uint8Array;
  readonly certificateDigest: Uint8Array;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly name: string;
}
