import { writeFileSync } from 'node:fs';
import type { ContainerRecord, ContainerRuntime } from '@capsule/core';
import type { Log } from '@capsule/engine';
import { powerOffPatienceMs, stopForPowerOff } from '../workload/power-off.ts';
import type { Resources } from './resources.ts';

export interface PowerOffParts {
  /** Undefined where the store cannot be used. */
  readonly resources: Resources | undefined;
  readonly runtime: ContainerRuntime;
  /** File in which capsuled announces how long a power-off takes. */
  readonly path: string;
  readonly log: Log;
}

/** Stops everything that runs when the machine shuts down. */
export class PowerOff {
  readonly #parts: PowerOffParts;

  constructor(parts: PowerOffParts) {
    this.#parts = parts;
  }

  /**
   * Announces the time limit of a power-off. PID 1 and the launcher wait that long if it exceeds
   * their own limit.
   */
  announceLimit(): void {
    const { path, log } = this.#parts;
    const limitMs = powerOffPatienceMs(this.#records());
    try {
      writeFileSync(path, `${limitMs}\n`);
    } catch (error) {
      log.error('time limit of power-off not announced', { limitMs, error });
    }
  }

  /** Stops every workload within its own grace period. Changes no desired state. Never throws. */
  async stopWorkloads(): Promise<void> {
    const { runtime, log } = this.#parts;
    this.announceLimit();
    const quiesce = () => this.#quiesce();
    await stopForPowerOff({ runtime, records: () => this.#records(), quiesce, log });
  }

  async #quiesce(): Promise<void> {
    const { resources } = this.#parts;
    // Comes first: a full pool would pause again the containers that are resumed for their stop.
    resources?.volumes[Symbol.dispose]();
    await resources?.workloads.controller[Symbol.asyncDispose]();
  }

  /** Returns no records if the store is unreadable: that must not kill running workloads. */
  #records(): readonly ContainerRecord[] {
    const { resources, log } = this.#parts;
    try {
      return resources?.records.cells.list().flatMap(({ containers }) => containers) ?? [];
    } catch (error) {
      log.error('workloads not read', { error });
      return [];
    }
  }
}
