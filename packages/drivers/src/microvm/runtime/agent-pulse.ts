import { setTimeout as delay } from 'node:timers/promises';
import type { GuestClient } from '../guest/guest-client.ts';

const LOOK_MS = 50;
/**
 * The most that one look counts as silence: after capsuled itself stood still, the guest's messages are only
 * late.
 */
const LOOK_COUNTS_MS = 2 * LOOK_MS;
/** Three missed beats. capsuled reports silence within a second. */
const SILENT_AFTER_MS = 800;
/** A busy guest may miss a few beats, and is still waited for. */
const UNRESPONSIVE_AFTER_MS = 5_000;
const CLOCK_EVERY_MS = 60_000;

/** The interval of the beats that an agent is asked for. */
export const BEAT_MS = 250;

export interface AgentPulseParts {
  readonly guest: GuestClient;
  /** The silence, in milliseconds, after which `onLost` is called. */
  readonly lostMs: number;
  /** Called when the agent falls silent, and when it answers again. */
  readonly onChange: () => void;
  readonly onLost: () => void;
}

/** Notices when a guest's agent falls silent, and keeps the guest's clock right. */
export class AgentPulse {
  /** The guest is paused on purpose, and sends no beats. */
  isHeld = false;
  readonly #parts: AgentPulseParts;
  #silentMs = 0;
  #sinceClockMs = 0;

  constructor(parts: AgentPulseParts) {
    this.#parts = parts;
  }

  get isSilent(): boolean {
    return this.#silentMs >= SILENT_AFTER_MS;
  }

  /** True after a silence so long that no answer is expected. */
  get isUnresponsive(): boolean {
    return this.#silentMs >= UNRESPONSIVE_AFTER_MS;
  }

  /** Records a message of the agent. */
  recordBeat(): void {
    const wasSilent = this.isSilent;
    this.#silentMs = 0;
    if (!wasSilent) return;
    this.#parts.onChange();
    this.#setClock();
  }

  async follow(signal: AbortSignal): Promise<void> {
    let lookedAt = performance.now();
    while (!signal.aborted) {
      await delay(LOOK_MS, undefined, { signal }).catch(leave);
      const now = performance.now();
      if (!signal.aborted && !this.isHeld) this.#passes(Math.min(now - lookedAt, LOOK_COUNTS_MS));
      lookedAt = now;
    }
  }

  #passes(forMs: number): void {
    const { lostMs, onChange, onLost } = this.#parts;
    const before = this.#silentMs;
    this.#silentMs += forMs;
    if (before < SILENT_AFTER_MS && this.isSilent) onChange();
    if (before < lostMs && this.#silentMs >= lostMs) onLost();
    this.#sinceClockMs += forMs;
    if (this.#sinceClockMs >= CLOCK_EVERY_MS && !this.isSilent) this.#setClock();
  }

  #setClock(): void {
    this.#sinceClockMs = 0;
    void setClock(this.#parts.guest);
  }
}

/**
 * Sets the guest's clock, because a guest that stood still does not know for how long. A guest that does not
 * answer gets the time at the next attempt.
 */
export async function setClock(guest: GuestClient): Promise<void> {
  await guest
    .calls()
    .then((calls) => calls.setClock({ unixNanos: BigInt(Date.now()) * NANOS_PER_MS }))
    .catch(noAnswer);
}

const NANOS_PER_MS = 1_000_000n;

function noAnswer(): void {}

/** The loop checks the signal. */
function leave(): void {}
