import { type KeyObject, randomBytes, sign } from 'node:crypto';

/** The life of a token; a capsule accepts up to 300 s. */
const LIFE_SECONDS = 60;
const ID_BYTES = 16;

export interface TokenFacts {
  readonly key: KeyObject;
  readonly kid: string;
  /** The capsule's id: no other capsule accepts the token. */
  readonly audience: string;
  /** SHA-256 of the capsule's certificate, in lower-case hexadecimal. The token is good for a capsule with it alone. */
  readonly pin: string;
  readonly now: number;
  /** Of a `Challenge`: the capsule then ignores the times. */
  readonly nonce?: Uint8Array;
}

/** A token for one call: a JWT (RFC 7519) signed with Ed25519 (RFC 8037). */
export function makeToken({ key, kid, audience, pin, now, nonce }: TokenFacts): string {
  const issuedAt = Math.floor(now / 1000);
  const head = part({ alg: 'EdDSA', typ: 'JWT', kid });
  const claims = part({
    sub: kid,
    aud: audience,
    pin,
    iat: issuedAt,
    exp: issuedAt + LIFE_SECONDS,
    jti: randomBytes(ID_BYTES).toString('base64url'),
    ...(nonce && { nonce: Buffer.from(nonce).toString('base64url') }),
  });
  const signature = sign(null, Buffer.from(`${head}.${claims}`), key).toString('base64url');
  return `${head}.${claims}.${signature}`;
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
