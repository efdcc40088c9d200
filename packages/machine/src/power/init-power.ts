import type { MachinePower } from '@capsule/core';

/** Until the signal: the answer to the client that asked is on its way by then. */
const ANSWER_MS = 500;

export interface InitPowerParts {
  /** Sends a signal to PID 1. */
  readonly signal: (signal: NodeJS.Signals) => void;
}

/** The power of a machine whose PID 1 is capsule-init; `native/shared/machine/src/signals.rs` has its signals. */
export class InitPower implements MachinePower {
  readonly #parts: InitPowerParts;

  constructor(parts: InitPowerParts = { signal: (signal) => process.kill(1, signal) }) {
    this.#parts = parts;
  }

  async reboot(): Promise<void> {
    this.#later('SIGUSR1');
  }

  async powerOff(): Promise<void> {
    this.#later('SIGPWR');
  }

  #later(signal: NodeJS.Signals): void {
    setTimeout(() => this.#parts.signal(signal), ANSWER_MS);
  }
}
