import { writeFileSync } from 'node:fs';
import type { ContainerRecord, ContainerRuntime } from '@capsule/core';
import type { Log } from '@capsule/engine';
import { powerOffPatienceMs, stopForPowerOff } from '../workload/power-off.ts';
import type { Resources } from './resources.ts';

export interface PowerOffParts {
  /** Undefined where the store cannot be used. */
  readonly resources: Resources | undefined;
  readonly runtime: ContainerRuntime;
  /** The file in which the time that power-off takes is announced. */
  readonly path: string;
  readonly log: Log;
}

/** The end of everything that runs, when the machine goes down. */
export class PowerOff {
  readonly #parts: PowerOffParts;

  constructor(parts: PowerOffParts) {
    this.#parts = parts;
  }

  /** PID 1 and the launcher wait for as long as this says, where it is longer than what they wait by themselves. */
  announceLimit(): void {
    const { path, log } = this.#parts;
    const limitMs = powerOffPatienceMs(this.#records());
    try {
      writeFileSync(path, `${limitMs}\n`);
    } catch (error) {
      log.error('time for power-off not announced', { limitMs, error });
    }
  }

  /** Stops every workload with its own grace. No desired state changes. Never throws. */
  async stopWorkloads(): Promise<void> {
    const { runtime, log } = this.#parts;
    this.announceLimit();
    const quiesce = () => this.#quiesce();
    await stopForPowerOff({ runtime, records: () => this.#records(), quiesce, log });
  }

  async #quiesce(): Promise<void> {
    const { resources } = this.#parts;
    // First: a full pool would pause again what is resumed to be stopped.
    resources?.volumes[Symbol.dispose]();
    await resources?.workloads.controller[Symbol.asyncDispose]();
  }

  /** A store that has become unreadable is no reason to kill what runs. */
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
