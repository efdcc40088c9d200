import {
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { pointFrom } from './elligator.ts';

/**
 * CPace on X25519 with SHA-512 (draft-irtf-cfrg-cpace): two sides that know the same short secret agree on a key. An
 * attacker between them, or in the place of one, can try one secret in each exchange, and none afterwards.
 */
const DSI = 'CPace255';
/** Bytes of one block of SHA-512, which the secret fills. */
const BLOCK = 128;
const POINT_BYTES = 32;
const PKCS8_HEAD = Buffer.from('302e020100300506032b656e04220420', 'hex');
const SPKI_HEAD = Buffer.from('302a300506032b656e032100', 'hex');

export interface CpaceInput {
  readonly secret: string;
  /** Facts about the connection that both sides know. */
  readonly channel: Uint8Array;
  /** Of one exchange; never used twice. */
  readonly session: Uint8Array;
}

/** One half of an exchange. */
export interface CpaceHalf {
  readonly scalar: KeyObject;
  /** Sent to the other side. */
  readonly share: Buffer;
}

/** `scalar` is for tests: the default is random. */
export function makeHalf(input: CpaceInput, scalar: Uint8Array = randomBytes(32)): CpaceHalf {
  const key = Buffer.concat([PKCS8_HEAD, scalar]);
  const half = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  const share = multiply(half, generatorOf(input));
  if (share === undefined) throw new RangeError('a generator has no small order');
  return { scalar: half, share };
}

export interface CpaceMessage {
  readonly share: Uint8Array;
  /** Bound to the key, and sent along or known to both. */
  readonly data?: string;
}

/** The shared key of an exchange; undefined where the other's share is no point that can make one. */
export function sharedKey(
  { scalar }: Pick<CpaceHalf, 'scalar'>,
  other: Uint8Array,
  exchange: {
    readonly session: Uint8Array;
    readonly initiator: CpaceMessage;
    readonly responder: CpaceMessage;
  },
): Buffer | undefined {
  const product = multiply(scalar, other);
  if (product === undefined) return undefined;
  const { session, initiator, responder } = exchange;
  const transcript = [initiator, responder].flatMap(({ share, data = '' }) => [share, data]);
  return createHash('sha512')
    .update(withLengths([`${DSI}_ISK`, session, product, ...transcript]))
    .digest();
}

/** In the group, a generator that only those who know the secret can find. */
export function generatorOf({ secret, channel, session }: CpaceInput): Buffer {
  const head = withLengths([DSI, secret]);
  const zeros = Buffer.alloc(Math.max(0, BLOCK - 1 - head.length));
  const hash = createHash('sha512')
    .update(head)
    .update(withLengths([zeros, channel, session]));
  return pointFrom(hash.digest().subarray(0, POINT_BYTES));
}

/** Undefined for a point of small order, which OpenSSL refuses, and for bytes that are no point. */
function multiply(scalar: KeyObject, point: Uint8Array): Buffer | undefined {
  if (point.length !== POINT_BYTES) return undefined;
  const key = Buffer.concat([SPKI_HEAD, point]);
  const publicKey = createPublicKey({ key, format: 'der', type: 'spki' });
  try {
    return diffieHellman({ privateKey: scalar, publicKey });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_OSSL_FAILED_DURING_DERIVATION') throw error;
    return undefined;
  }
}

/** Each part behind its length, so that no other parts make the same bytes. */
function withLengths(parts: readonly (string | Uint8Array)[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part as string);
      return [lengthOf(bytes.length), bytes];
    }),
  );
}

/** LEB128. */
function lengthOf(length: number): Buffer {
  const digits: number[] = [];
  let rest = length;
  do {
    digits.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>= 7;
  } while (rest > 0);
  return Buffer.from(digits);
}
