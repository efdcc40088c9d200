import type { OperatorKey } from '@capsule/core';
import type { Database } from '@capsule/engine';
import type { Challenges } from '../challenges.ts';
import { adoptionError } from '../errors.ts';
import type { KeyCommands } from '../keys.ts';
import type { IdentityRecords } from '../records.ts';
import { AdoptionCode } from './code.ts';
import { type CodeOffer, offerCode } from './code-offer.ts';
import { isProven } from './proof.ts';

export interface AdoptionParts {
  readonly db: Database;
  readonly records: IdentityRecords;
  readonly keys: KeyCommands;
  readonly challenges: Challenges;
  /** SHA-256 of the capsule's certificate in DER. */
  readonly certificateDigest: Uint8Array;
  readonly monotonicMs: () => number;
}

/** A client that wants to become an owner. Empty parts are those that old clients do not send. */
export interface AdoptionRequest {
  readonly publicKey: Uint8Array;
  readonly name: string;
  readonly code: string;
  readonly nonce: Uint8Array;
  readonly signature: Uint8Array;
  /** In the place of the code. */
  readonly codeShare: Uint8Array;
  readonly codeProof: Uint8Array;
}

export interface Adopted {
  readonly key: OperatorKey;
  /** The capsule's answer to a proof of the code. */
  readonly codeProof?: Buffer;
}

export interface AdoptionState {
  readonly isOpen: boolean;
  /** Empty while the window is closed, or after too many wrong codes. */
  readonly code: string;
  /** Milliseconds until it closes; undefined: it stays open until the adoption. */
  readonly closesInMs: number | undefined;
  /** Milliseconds until the window closes or a code comes by itself; undefined: never. */
  readonly changesInMs: number | undefined;
  readonly isOwned: boolean;
  readonly acceptsOldClients: boolean;
}

interface Opened {
  readonly until: number;
  readonly acceptsOldClients: boolean;
}

/**
 * Decides who becomes an owner from the network. A capsule without an admin key takes the first client that has the
 * code of its console and proves its key; one with an owner refuses every client, unless root opened the window.
 */
export class AdoptionWindow {
  readonly #parts: AdoptionParts;
  readonly #code: AdoptionCode;
  readonly #listeners = new Set<() => void>();
  /** By root, for a time. */
  #opened: Opened | undefined;

  constructor(parts: AdoptionParts) {
    this.#parts = parts;
    this.#code = new AdoptionCode(parts.monotonicMs);
    parts.keys.follow(() => this.#notify());
  }

  state(): AdoptionState {
    const opened = this.#stillOpened();
    const isOwned = this.#isOwned();
    const isOpen = !isOwned || opened !== undefined;
    const now = this.#parts.monotonicMs();
    return {
      isOpen,
      code: (isOpen ? this.#code.shown() : undefined) ?? '',
      closesInMs: isOwned && opened ? opened.until - now : undefined,
      changesInMs: leastOf(opened && opened.until - now, this.#code.pauseMs()),
      isOwned,
      acceptsOldClients: opened?.acceptsOldClients ?? false,
    };
  }

  /** Opens the window for a time, also on a capsule with an owner; 0 ms closes it. */
  open(forMs: number, acceptsOldClients: boolean): void {
    const until = this.#parts.monotonicMs() + forMs;
    this.#opened = forMs > 0 ? { until, acceptsOldClients } : undefined;
    this.#notify();
  }

  /** The half of a proof of the code that goes out with a nonce. Fails with `ADOPTION_CLOSED`, `ADOPTION_PAUSED`. */
  offer(nonce: Uint8Array): CodeOffer {
    if (!this.state().isOpen) throw adoptionError.CLOSED({});
    const { certificateDigest } = this.#parts;
    return offerCode({ code: this.#code.require(), nonce, certificateDigest });
  }

  /**
   * Enrols the client as an admin with host access; one winner. An enrolled key is returned as it is. Fails with
   * `ADOPTION_*`, `KEY_INVALID`.
   */
  adopt(request: AdoptionRequest): Adopted {
    const { db, keys } = this.#parts;
    const known = keys.find(request.publicKey);
    if (known !== undefined) return { key: known };
    const adopted = db.transaction(() => {
      // Within the transaction: of two clients with the code, the second finds an owner.
      const state = this.state();
      if (!state.isOpen) throw adoptionError.CLOSED({});
      const codeProof = this.#checkCode(request, state);
      const key = keys.adopt(request.publicKey, request.name);
      return { key, ...(codeProof && { codeProof }) };
    });
    this.#opened = undefined;
    this.#code.renew();
    this.#notify();
    return adopted;
  }

  /** Calls `listener` when the window, its code or the owner may have changed, until the result is disposed. */
  follow(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }

  #checkCode(request: AdoptionRequest, { acceptsOldClients }: AdoptionState): Buffer | undefined {
    const { code, codeProof } = request;
    if (code === '' && codeProof.length === 0) {
      if (!acceptsOldClients) throw adoptionError.CODE_MISSING({});
      return undefined;
    }
    const offer = this.#checkProof(request);
    const { certificateDigest } = this.#parts;
    try {
      if (codeProof.length === 0) {
        this.#code.check(code);
        return undefined;
      }
      if (offer === undefined) {
        throw adoptionError.PROOF_INVALID({ problem: 'the nonce is not one for an adoption' });
      }
      return this.#code.checkProof(offer, { ...request, certificateDigest });
    } finally {
      // The console shows another code after too many wrong ones.
      this.#notify();
    }
  }

  /** Before the code: without a fresh nonce there is no try. */
  #checkProof(request: AdoptionRequest): CodeOffer | undefined {
    const { challenges, certificateDigest } = this.#parts;
    const offer = challenges.spend(Buffer.from(request.nonce).toString('base64url'));
    if (isProven({ ...request, certificateDigest })) return offer;
    throw adoptionError.PROOF_INVALID({ problem: 'the signature is not valid' });
  }

  #isOwned(): boolean {
    return this.#parts.records.count('admin') > 0;
  }

  #stillOpened(): Opened | undefined {
    const isOver = this.#opened !== undefined && this.#opened.until <= this.#parts.monotonicMs();
    if (isOver) this.#opened = undefined;
    return this.#opened;
  }
}

/** Zero is no time: nothing is to come. */
function leastOf(...times: readonly (number | undefined)[]): number | undefined {
  const later = times.filter((one) => one !== undefined && one > 0) as number[];
  return later.length === 0 ? undefined : Math.min(...later);
}
