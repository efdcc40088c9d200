import { verify } from 'node:crypto';
import type { OperatorKey } from '@capsule/core';
import type { Database } from '@capsule/engine';
import type { Challenges } from '../challenges.ts';
import { authError } from '../errors.ts';
import { publicKeyFrom } from '../key-id.ts';
import type { IdentityRecords } from '../records.ts';
import type { SpentTokens } from './spent-tokens.ts';
import { readToken, type Token, type TokenTimes } from './token.ts';
import type { TokenMark } from './token-mark.ts';

/** Clients take 60 s. */
const LIFE_MOST_S = 300;
/** By how much the clocks of client and capsule may differ. */
const SKEW_S = 60;
const MINUTE_MS = 60_000;

export interface TokenVerifierParts {
  readonly db: Database;
  readonly records: IdentityRecords;
  readonly spent: SpentTokens;
  readonly mark: TokenMark;
  readonly challenges: Challenges;
  readonly capsuleId: string;
  /** SHA-256 of the capsule's certificate, in lower-case hexadecimal. */
  readonly fingerprint: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Verifies tokens. A token is spent before `accept` returns, so that it is good for one call, also when capsuled is
 * killed in the next moment. No call waits for the disk: after a power cut, all tokens are refused whose use may have
 * been lost.
 *
 * A token stays spent for as long as it can be accepted. The clock may go back after it was forgotten; a token that
 * expires before the last forgotten one is refused for that reason.
 */
export class TokenVerifier {
  readonly #parts: TokenVerifierParts;
  #forgottenUntil: number;
  #forgetAt = 0;

  constructor(parts: TokenVerifierParts) {
    this.#parts = parts;
    this.#forgottenUntil = parts.records.forgottenUntil();
  }

  /** Returns the key that signed the token of a call. Fails with `AUTH_*`. */
  accept(header: string): OperatorKey {
    const token = readToken(header);
    const key = this.#prove(token);
    const { db, challenges, mark } = this.#parts;
    if (token.nonce !== undefined) challenges.spend(token.nonce);
    if (token.times !== undefined) {
      this.#checkTimes(token.times);
      mark.cover(token.times.issuedAt);
    }
    db.quickTransaction(() => {
      if (token.times !== undefined) this.#spend(token.kid, token.times);
      this.#noteUse(key);
    });
    return key;
  }

  #prove(token: Token): OperatorKey {
    const { records, capsuleId, fingerprint } = this.#parts;
    const key = records.get(token.kid);
    if (key === undefined) throw authError.KEY_UNKNOWN({ kid: token.kid });
    if (!verify(null, token.signed, publicKeyFrom(key.publicKey), token.signature)) {
      throw authError.SIGNATURE_INVALID({});
    }
    if (token.audience !== capsuleId) throw authError.TOKEN_FOREIGN({});
    // The id is no secret: another machine can give itself this one to collect tokens for it.
    if ((token.pin ?? fingerprint) !== fingerprint) throw authError.TOKEN_FOREIGN({});
    return key;
  }

  #spend(kid: string, times: TokenTimes): void {
    const { spent } = this.#parts;
    this.#forget();
    const isFirst = spent.spend(kid, times.id, Math.ceil(times.expiresAt) + SKEW_S);
    if (!isFirst) throw authError.TOKEN_REPLAYED({});
  }

  #checkTimes({ issuedAt, expiresAt, notBefore }: TokenTimes): void {
    const now = this.#parts.now() / 1000;
    const facts = { capsuleTime: new Date(now * 1000).toISOString() };
    const seconds = Math.ceil(expiresAt - issuedAt);
    if (seconds > LIFE_MOST_S) throw authError.TOKEN_TOO_LONG({ seconds, most: LIFE_MOST_S });
    if (Math.max(issuedAt, notBefore) > now + SKEW_S) throw authError.TOKEN_EARLY(facts);
    const isForgotten = Math.ceil(expiresAt) + SKEW_S <= this.#forgottenUntil;
    const isLost = this.#parts.mark.isLost(issuedAt);
    if (expiresAt + SKEW_S < now || isForgotten || isLost) throw authError.TOKEN_EXPIRED(facts);
  }

  /** At most once in a minute. */
  #forget(): void {
    const { spent, records, now } = this.#parts;
    if (now() < this.#forgetAt && this.#forgetAt - now() <= MINUTE_MS) return;
    const last = spent.forget(Math.floor(now() / 1000) - 1);
    if (last > 0) {
      records.forgetUntil(last);
      this.#forgottenUntil = Math.max(this.#forgottenUntil, last);
    }
    this.#forgetAt = now() + MINUTE_MS;
  }

  #noteUse({ kid, lastUsedAt }: OperatorKey): void {
    const { records, now } = this.#parts;
    if (Math.abs(now() - lastUsedAt) >= MINUTE_MS) records.use(kid, now());
  }
}
