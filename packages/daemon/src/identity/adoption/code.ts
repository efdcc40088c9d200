import { randomInt, timingSafeEqual } from 'node:crypto';
import {
  CLAIM_CODE_ALPHABET,
  CLAIM_CODE_LENGTH,
  claimCodeFrom,
  readClaimCode,
} from '@capsule/core';
import { adoptionError, authError } from '../errors.ts';
import { answerProof, type CodeOffer, type ProvenCode } from './code-offer.ts';

const TRIES = 5;
const PAUSE_MS = 60_000;

/** The code that the console shows. Five wrong ones end it; a new one follows after a minute. */
export class AdoptionCode {
  readonly #monotonicMs: () => number;
  #code = newCode();
  #triesLeft = TRIES;
  #pausedUntil = 0;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** Undefined during the pause after wrong ones. */
  shown(): string | undefined {
    return this.pauseMs() > 0 ? undefined : this.#code;
  }

  /** Fails with `ADOPTION_PAUSED`, `ADOPTION_CODE_WRONG`. */
  check(typed: string): void {
    this.require();
    if (!isSame(readClaimCode(typed), this.#code)) this.#refuse();
  }

  /** The same for a client that proves that it knows the code of an offer. Returns the proof for the client. */
  checkProof(offer: CodeOffer, request: ProvenCode): Buffer {
    // A code that was renewed meanwhile is no try.
    if (offer.code !== this.require()) throw authError.NONCE_UNKNOWN({});
    return answerProof(offer, request) ?? this.#refuse();
  }

  /** Returns the code that the console shows now. Fails with `ADOPTION_PAUSED`. */
  require(): string {
    const pauseMs = this.pauseMs();
    if (pauseMs > 0) throw adoptionError.PAUSED({ seconds: Math.ceil(pauseMs / 1000) });
    return this.#code;
  }

  #refuse(): never {
    this.#triesLeft -= 1;
    if (this.#triesLeft > 0) throw adoptionError.CODE_WRONG({ triesLeft: this.#triesLeft });
    this.renew();
    this.#pausedUntil = this.#monotonicMs() + PAUSE_MS;
    throw adoptionError.PAUSED({ seconds: PAUSE_MS / 1000 });
  }

  renew(): void {
    this.#code = newCode();
    this.#triesLeft = TRIES;
  }

  /** Until a new one follows wrong ones; 0: none is to come. */
  pauseMs(): number {
    return Math.max(0, this.#pausedUntil - this.#monotonicMs());
  }
}

function newCode(): string {
  const pick = () => randomInt(CLAIM_CODE_ALPHABET.length);
  return claimCodeFrom(Array.from({ length: CLAIM_CODE_LENGTH }, pick));
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
