import { authError } from '../errors.ts';

/** A token as it was sent; nothing of it is proven. Times are in seconds since 1970. */
export interface Token {
  readonly kid: string;
  readonly audience: string;
  /** SHA-256 of the certificate that the client sees; existing clients send none. */
  readonly pin?: string;
  /** Where the token depends on a time. */
  readonly times?: TokenTimes;
  /** The nonce of a Challenge, in the place of a time. */
  readonly nonce?: string;
  /** The bytes that the signature is over. */
  readonly signed: Buffer;
  readonly signature: Buffer;
}

export interface TokenTimes {
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly notBefore: number;
  readonly id: string;
}

/** Longer than any token of a client, and short enough to parse before it is proven. */
const TOKEN_MOST = 2048;
const PREFIX = /^Bearer /i;
/** base64url without padding. */
const BASE64URL = /^[A-Za-z0-9_-]+$/;
const SIGNATURE_BYTES = 64;
/** SHA-256 in base64url. */
const KEY_ID = /^[A-Za-z0-9_-]{43}$/;
/** SHA-256 in hexadecimal. */
const PIN = /^[0-9a-f]{64}$/;
/** 16 random bytes have 22 characters; other clients may take more, or a UUID. */
const TOKEN_ID = /^[A-Za-z0-9_-]{16,64}$/;

type Fields = Readonly<Record<string, unknown>>;

/** Reads `Bearer …` strictly. Fails with `AUTH_TOKEN_MALFORMED`. Pure. */
export function readToken(header: string): Token {
  if (!PREFIX.test(header)) throw malformed('it is no bearer token');
  const text = header.slice('Bearer '.length);
  if (text.length > TOKEN_MOST) throw malformed(`it is longer than ${TOKEN_MOST} characters`);
  const [head = '', body = '', signature = '', ...rest] = text.split('.');
  if (rest.length > 0 || signature === '') throw malformed('it has not three parts');
  const kid = kidOf(readJson(head));
  const claims = readJson(body);
  if (claims['sub'] !== kid) throw malformed('its subject is not its key');
  return {
    kid,
    audience: audienceOf(claims['aud']),
    ...(claims['pin'] !== undefined && { pin: pinOf(claims) }),
    ...(claims['nonce'] === undefined ? { times: timesOf(claims) } : { nonce: nonceOf(claims) }),
    signed: Buffer.from(`${head}.${body}`),
    signature: signatureOf(signature),
  };
}

function kidOf({
  alg,
  typ,
  kid,
  crit,
}: Fields & { alg?: unknown; typ?: unknown; kid?: unknown; crit?: unknown }): string {
  if (alg !== 'EdDSA') throw malformed('its algorithm is not EdDSA');
  if (typ !== undefined && typ !== 'JWT') throw malformed('its type is not JWT');
  if (crit !== undefined) throw malformed('its header has critical extensions');
  if (typeof kid !== 'string' || !KEY_ID.test(kid)) throw malformed('it names no key');
  return kid;
}

/** Libraries of existing clients write an audience as a list of one. */
function audienceOf(aud: unknown): string {
  const one = Array.isArray(aud) && aud.length === 1 ? aud[0] : aud;
  if (typeof one !== 'string') throw malformed('it has not one audience');
  return one;
}

function pinOf({ pin }: Fields & { pin?: unknown }): string {
  if (typeof pin !== 'string' || !PIN.test(pin)) throw malformed('its pin is no SHA-256');
  return pin;
}

function timesOf(claims: Fields): TokenTimes {
  const { iat, exp, nbf = iat, jti } = claims as Record<'iat' | 'exp' | 'nbf' | 'jti', unknown>;
  if (!isTime(iat) || !isTime(exp) || !isTime(nbf)) throw malformed('it has no times');
  if (exp <= iat) throw malformed('it expires before it is issued');
  if (typeof jti !== 'string' || !TOKEN_ID.test(jti)) throw malformed('it has no id');
  return { issuedAt: iat, expiresAt: exp, notBefore: nbf, id: jti };
}

function nonceOf({ nonce }: Fields & { nonce?: unknown }): string {
  if (typeof nonce !== 'string' || !KEY_ID.test(nonce))
    throw malformed('its nonce is none of ours');
  return nonce;
}

/** Seconds since 1970 that a Date can hold. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 8.64e12;
}

function readJson(part: string): Fields {
  const parsed = parse(decode(part).toString('utf8'));
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw malformed('a part of it is no JSON object');
  }
  return parsed as Fields;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw malformed('a part of it is no JSON', cause);
  }
}

function signatureOf(part: string): Buffer {
  const signature = decode(part);
  if (signature.length !== SIGNATURE_BYTES) throw malformed('its signature has the wrong length');
  return signature;
}

/** Of the spellings of the same bytes only the usual one is accepted. */
function decode(part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url');
  if (!BASE64URL.test(part) || bytes.toString('base64url') !== part) {
    throw malformed('a part of it is no base64url');
  }
  return bytes;
}

function malformed(problem: string, cause?: unknown) {
  return authError.TOKEN_MALFORMED({ problem }, cause);
}
