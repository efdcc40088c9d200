import { setTimeout as delay } from 'node:timers/promises';
import type { GuestClient } from '../guest/guest-client.ts';

/** Between questions: two that are not answered are silence, which is told 1.6 s after the last answer at most. */
const BEAT_MS = 500;
const ANSWER_MS = 500;
const SILENT_AFTER_MS = 1_000;
const CLOCK_EVERY_BEATS = 120;

export interface AgentPulseParts {
  readonly guest: GuestClient;
  /** Of silence, in milliseconds, after which `onLost` is called. */
  readonly lostMs: number;
  /** It has fallen silent, or speaks again. */
  readonly onChange: () => void;
  readonly onLost: () => void;
}

/**
 * Feels whether a guest's agent answers, and keeps the guest's clock right. Only questions that were asked count: a
 * capsuled that stood still itself has not seen a guest do so.
 */
export class AgentPulse {
  /** The guest is meant to stand still, and nobody asks it anything. */
  isHeld = false;
  readonly #parts: AgentPulseParts;
  #silentMs = 0;
  #beats = 0;

  constructor(parts: AgentPulseParts) {
    this.#parts = parts;
  }

  get isSilent(): boolean {
    return this.#silentMs >= SILENT_AFTER_MS;
  }

  async follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const askedAt = performance.now();
      const isAlive = this.isHeld || (await this.#asks());
      if (signal.aborted) return;
      if (isAlive) await this.#hears();
      else this.#misses(Math.min(performance.now() - askedAt, ANSWER_MS));
      await delay(isAlive ? BEAT_MS : BEAT_MS / 10, undefined, { signal }).catch(leave);
    }
  }

  async #asks(): Promise<boolean> {
    const answer = this.#parts.guest
      .calls()
      .then((calls) => calls.ping({}, { timeoutMs: ANSWER_MS }))
      .then(() => true, noAnswer);
    const late = new AbortController();
    const isLate = delay(ANSWER_MS, false, { signal: late.signal }).catch(noAnswer);
    const isAlive = await Promise.race([answer, isLate]);
    late.abort();
    return isAlive || this.isHeld;
  }

  async #hears(): Promise<void> {
    const wasSilent = this.isSilent;
    this.#silentMs = 0;
    this.#beats += 1;
    if (wasSilent) this.#parts.onChange();
    if (this.isHeld) return;
    if (wasSilent || this.#beats % CLOCK_EVERY_BEATS === 0) await setClock(this.#parts.guest);
  }

  #misses(forMs: number): void {
    const { lostMs, onChange, onLost } = this.#parts;
    const before = this.#silentMs;
    this.#silentMs += forMs + BEAT_MS / 10;
    if (before < SILENT_AFTER_MS && this.isSilent) onChange();
    if (before < lostMs && this.#silentMs >= lostMs) onLost();
  }
}

/** A guest that stood still does not know for how long. One that does not answer is told the next time. */
export async function setClock(guest: GuestClient): Promise<void> {
  await guest
    .calls()
    .then((calls) => calls.setClock({ unixNanos: BigInt(Date.now()) * NANOS_PER_MS }))
    .catch(noAnswer);
}

const NANOS_PER_MS = 1_000_000n;

function noAnswer(): false {
  return false;
}

/** Whoever follows looks at the signal. */
function leave(): void {}
