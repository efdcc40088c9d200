import { randomInt, timingSafeEqual } from 'node:crypto';
import {
  CLAIM_CODE_ALPHABET,
  CLAIM_CODE_LENGTH,
  claimCodeFrom,
  readClaimCode,
} from '@capsule/core';
import { adoptionError } from '../errors.ts';

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
    const pauseMs = this.pauseMs();
    if (pauseMs > 0) throw adoptionError.PAUSED({ seconds: Math.ceil(pauseMs / 1000) });
    if (isSame(readClaimCode(typed), this.#code)) return;
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
