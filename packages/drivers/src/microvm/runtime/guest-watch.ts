import { setTimeout as delay } from 'node:timers/promises';
import { PayloadPhase, type StatusResponse } from '../gen/capsule/guest/v1/guest_pb.ts';
import { followStatus } from '../guest/follow-status.ts';
import { GuestClient } from '../guest/guest-client.ts';
import { isProcessAlive } from '../process/process-mark.ts';
import type { VmEnd, VmRun } from '../record/vm-run.ts';
import { AgentPulse, type AgentPulseParts, BEAT_MS } from './agent-pulse.ts';
import { machineOf } from './vm-seen.ts';

/** The interval of looks at the machine, which may be the child of an earlier capsuled. */
const LOOK_MS = 250;
const FAILED_CODE = 255;

export interface GuestWatchParts extends Omit<AgentPulseParts, 'guest'> {
  readonly run: VmRun;
  readonly vsock: string;
  /** The payload has ended, and the machine is still to be ended. */
  readonly onExit: (end: VmEnd) => void;
  /** The machine has ended without a request. */
  readonly onDeath: () => void;
}

/** Follows a machine and the reports of its agent, until it is disposed or the machine is gone. */
export class GuestWatch implements Disposable {
  readonly guest: GuestClient;
  readonly pulse: AgentPulse;
  readonly #parts: GuestWatchParts;
  readonly #stop = new AbortController();

  constructor(parts: GuestWatchParts) {
    this.#parts = parts;
    this.guest = new GuestClient({ vsock: parts.vsock, token: parts.run.token });
    this.pulse = new AgentPulse({ ...parts, guest: this.guest });
    this.pulse.isHeld = parts.run.isPaused ?? false;
  }

  start(): this {
    void this.#followMachine();
    if (!this.#parts.run.hasAgent) return this;
    void this.#followAgent();
    void this.pulse.follow(this.#stop.signal);
    return this;
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
    this.guest[Symbol.dispose]();
  }

  async #followMachine(): Promise<void> {
    const machine = machineOf(this.#parts.run);
    // A look that fails, for lack of descriptors, is repeated.
    while (machine !== undefined && (await isProcessAlive(machine).catch(() => true))) {
      if (await this.#pauses(LOOK_MS)) return;
    }
    if (!this.#stop.signal.aborted) this.#parts.onDeath();
  }

  async #followAgent(): Promise<void> {
    const { signal } = this.#stop;
    let hasReported = false;
    while (!signal.aborted) {
      // A call to one that stands still has no reply until it goes on, and keeps a socket until then.
      if (this.pulse.isHeld) {
        if (await this.#pauses(LOOK_MS)) return;
        continue;
      }
      try {
        for await (const status of followStatus(await this.guest.calls(), BEAT_MS, signal)) {
          this.pulse.recordBeat();
          if (hasReported || !hasEnded(status)) continue;
          hasReported = true;
          this.#parts.onExit(describeEnd(status));
        }
      } catch {
        // The connection was lost: the loop below notices a machine that is gone, otherwise the agent is
        // called again.
      }
      if (await this.#pauses(LOOK_MS)) return;
    }
  }

  /** Returns true when the watch is disposed. */
  async #pauses(forMs: number): Promise<boolean> {
    const { signal } = this.#stop;
    return delay(forMs, false, { signal }).catch(() => signal.aborted);
  }
}

export function hasEnded({ phase }: StatusResponse): boolean {
  return phase === PayloadPhase.EXITED || phase === PayloadPhase.FAILED;
}

/** A guest is not trusted: an exit code that no process can have counts as a failure. */
export function describeEnd({ phase, exitCode, message, oomKilled }: StatusResponse): VmEnd {
  const isCode = exitCode >= 0 && exitCode <= FAILED_CODE;
  return {
    exitCode: phase === PayloadPhase.EXITED && isCode ? exitCode : FAILED_CODE,
    at: Date.now(),
    ...(phase === PayloadPhase.FAILED ? { fault: message.slice(0, 200) } : {}),
    ...(oomKilled ? { oomKilled } : {}),
  };
}
