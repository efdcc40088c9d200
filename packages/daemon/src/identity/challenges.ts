import { randomBytes } from 'node:crypto';
import type { CodeOffer } from './adoption/code-offer.ts';
import { authError } from './errors.ts';

const NONCE_BYTES = 32;
const LIFE_MS = 60_000;
/** Open nonces of one address, and of all. */
const MOST = { address: 16, all: 1024 } as const;

interface Challenge {
  readonly from: string;
  readonly until: number;
  readonly offer: CodeOffer | undefined;
}

/**
 * Nonces that clients sign where a time cannot be trusted. Each is good once, for 60 seconds of the monotonic clock;
 * none survives a restart.
 */
export class Challenges {
  readonly #monotonicMs: () => number;
  /** By the nonce in base64url, oldest first. */
  readonly #open = new Map<string, Challenge>();
  readonly #count = new Map<string, number>();

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /**
   * `offer` makes what `spend` returns with the nonce. Fails with `AUTH_NONCES_TAKEN`: one address cannot take the place
   * of all others.
   */
  open(from: string, offer?: (nonce: Buffer) => CodeOffer): { nonce: Buffer; offer?: CodeOffer } {
    this.#dropOld();
    const own = this.#count.get(from) ?? 0;
    if (own >= MOST.address || this.#open.size >= MOST.all) throw authError.NONCES_TAKEN({});
    const nonce = randomBytes(NONCE_BYTES);
    const made = offer?.(nonce);
    const until = this.#monotonicMs() + LIFE_MS;
    this.#open.set(nonce.toString('base64url'), { from, until, offer: made });
    this.#count.set(from, own + 1);
    return { nonce, ...(made && { offer: made }) };
  }

  /** Spends a nonce, and returns what was offered with it. Fails with `AUTH_NONCE_UNKNOWN`. */
  spend(nonce: string): CodeOffer | undefined {
    this.#dropOld();
    const spent = this.#drop(nonce);
    if (spent === undefined) throw authError.NONCE_UNKNOWN({});
    return spent.offer;
  }

  #dropOld(): void {
    const now = this.#monotonicMs();
    for (const [nonce, { until }] of this.#open) {
      if (until > now) return;
      this.#drop(nonce);
    }
  }

  #drop(nonce: string): Challenge | undefined {
    const open = this.#open.get(nonce);
    if (open === undefined) return undefined;
    this.#open.delete(nonce);
    const left = (this.#count.get(open.from) ?? 1) - 1;
    if (left === 0) this.#count.delete(open.from);
    else this.#count.set(open.from, left);
    return open;
  }
}
