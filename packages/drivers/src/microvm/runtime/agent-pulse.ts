import { setTimeout as delay } from 'node:timers/promises';
import type { GuestClient } from '../guest/guest-client.ts';

const LOOK_MS = 50;
/** A capsuled that stood still itself has heard nobody meanwhile: that is no guest's silence. */
const LOOK_COUNTS_MS = 2 * LOOK_MS;
/** Three beats that did not come. Silence is told within a second. */
const SILENT_AFTER_MS = 800;
/** A guest that is only busy may miss a few beats: it is still waited for. */
const DEAF_AFTER_MS = 5_000;
const CLOCK_EVERY_MS = 60_000;

/** How often an agent is asked to be heard. */
export const BEAT_MS = 250;

export interface AgentPulseParts {
  readonly guest: GuestClient;
  /** Of silence, in milliseconds, after which `onLost` is called. */
  readonly lostMs: number;
  /** It has fallen silent, or speaks again. */
  readonly onChange: () => void;
  readonly onLost: () => void;
}

/** Notices when a guest's agent is not heard any more, and keeps the guest's clock right. */
export class AgentPulse {
  /** The guest is meant to stand still, and nobody asks it anything. */
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

  /** Silent for so long that nothing is expected of it. */
  get isDeaf(): boolean {
    return this.#silentMs >= DEAF_AFTER_MS;
  }

  /** It has said something. */
  hears(): void {
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

/** A guest that stood still does not know for how long. One that does not answer is told the next time. */
export async function setClock(guest: GuestClient): Promise<void> {
  await guest
    .calls()
    .then((calls) => calls.setClock({ unixNanos: BigInt(Date.now()) * NANOS_PER_MS }))
    .catch(noAnswer);
}

const NANOS_PER_MS = 1_000_000n;

function noAnswer(): void {}

/** Whoever follows looks at the signal. */
function leave(): void {}
