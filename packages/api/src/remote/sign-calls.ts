import type { KeyObject } from 'node:crypto';
import { isCapsuleError } from '@capsule/core';
import { createClient, type Transport } from '@connectrpc/connect';
import { IdentityService } from '../gen/capsule/v1/identity_pb.ts';
import { makeToken } from './token.ts';

/** The operator's key, as one capsule knows it. */
export interface Signer {
  readonly key: KeyObject;
  readonly kid: string;
  readonly capsuleId: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A signer for connections with one certificate. */
export interface PinnedSigner extends Signer {
  /** SHA-256 of the certificate, in lower-case hexadecimal. */
  readonly pin: string;
}

/** Refusals of a token for its times: the clock of either side is wrong. */
const CLOCK_CODES: readonly string[] = ['AUTH_TOKEN_EXPIRED', 'AUTH_TOKEN_EARLY'];

/**
 * Signs every call with a token of its own. Where the capsule refuses the times of a token, this and all later
 * calls prove themselves with the nonce of a challenge, which needs no clock.
 *
 * A machine that gives itself the id of another capsule gets tokens that only its own certificate makes good.
 *
 * INVARIANT: a call with a stream is sent once, as its messages cannot be read again. A call that can be repeated
 * goes ahead of the first one, to settle whether the clocks agree.
 */
export function signCalls(inner: Transport, signer: PinnedSigner): Transport {
  let clock: 'unknown' | 'right' | 'wrong' = 'unknown';
  const open = createClient(IdentityService, inner);

  const attempt = async <T>(call: (token: string) => Promise<T>, signal?: AbortSignal) => {
    if (clock === 'wrong') return call(await challengedToken(signal));
    try {
      const answer = await call(timedToken());
      clock = 'right';
      return answer;
    } catch (error) {
      if (!isCapsuleError(error) || !CLOCK_CODES.includes(error.code)) throw error;
      clock = 'wrong';
      return call(await challengedToken(signal));
    }
  };
  const timedToken = () => makeToken({ ...factsOf(signer), now: signer.now() });
  const challengedToken = async (signal: AbortSignal | undefined) => {
    const { nonce } = await open.challenge({}, signal && { signal });
    return makeToken({ ...factsOf(signer), now: signer.now(), nonce });
  };
  const settleClock = async (signal: AbortSignal | undefined) => {
    if (clock !== 'unknown') return;
    const whoAmI = createClient(IdentityService, signed);
    await whoAmI.whoAmI({}, signal && { signal });
  };

  const signed: Transport = {
    unary: (method, signal, timeoutMs, header, ...rest) =>
      attempt(
        (token) => inner.unary(method, signal, timeoutMs, withToken(header, token), ...rest),
        signal,
      ),
    stream: async (method, signal, timeoutMs, header, ...rest) => {
      await settleClock(signal);
      return attempt(
        (token) => inner.stream(method, signal, timeoutMs, withToken(header, token), ...rest),
        signal,
      );
    },
  };
  return signed;
}

function factsOf({ key, kid, capsuleId, pin }: PinnedSigner) {
  return { key, kid, audience: capsuleId, pin };
}

function withToken(header: Parameters<Transport['unary']>[3], token: string): Headers {
  const all = new Headers(header);
  all.set('authorization', `Bearer ${token}`);
  return all;
}
