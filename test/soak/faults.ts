import { setTimeout as delay } from 'node:timers/promises';
import { isCapsuleError } from '@capsule/core';
import type { Random } from '../lab/random.ts';
import { chooseWeighted } from './model/operation.ts';
import type { Setting } from './setting.ts';
import { killInside, processesOfCells } from './shim.ts';
import type { TrackedWorkload } from './tracked-workload.ts';
import type { Victim } from './victim.ts';

/** The kills that are left, by target. */
export interface Budget {
  capsuled: number;
  containerd: number;
  shim: number;
  /** capsuled and containerd at once. */
  both: number;
}

/** The longest pause between two faults: about the time of one operation. */
const LONGEST_PAUSE_MS = 300;
/** More kills in a row would make the pause before the next start too long for a test. */
const MOST_KILLS_OF_RUN = 3;

export interface FaultsOptions extends Setting {
  readonly random: Random;
  readonly budget: Budget;
  readonly workloads: readonly TrackedWorkload[];
  readonly victims: readonly Victim[];
}

/**
 * Kills processes with SIGKILL until the budget is used up. The seed determines the times and the targets.
 */
export class Faults {
  readonly #options: FaultsOptions;
  readonly done: Budget = { capsuled: 0, containerd: 0, shim: 0, both: 0 };
  /** Milliseconds from a kill of capsuled alone to the API's next answer. */
  readonly back: number[] = [];

  constructor(options: FaultsOptions) {
    this.#options = options;
  }

  get isOver(): boolean {
    return Object.values(this.#options.budget).every((left) => left <= 0);
  }

  async run(stop: AbortSignal): Promise<void> {
    const { budget, random, lab } = this.#options;
    while (!stop.aborted && !this.isOver) {
      await delay(random.below(LONGEST_PAUSE_MS));
      if (stop.aborted) break;
      const kind = chooseWeighted(random, budget);
      if (!(await this.#kill(kind))) continue;
      budget[kind] -= 1;
      this.done[kind] += 1;
    }
    await lab.ready();
  }

  /** False if there was no process to kill. */
  async #kill(kind: keyof Budget): Promise<boolean> {
    const { lab, journal, random } = this.#options;
    if (kind === 'shim') return this.#killShim();
    const kills = {
      capsuled: () => lab.killCapsuled(),
      containerd: () => lab.killContainerd(),
      both: () => Promise.all([lab.killCapsuled(), lab.killContainerd()]),
    };
    journal.fault(`-- kill -9 ${kind}`);
    if (!(await isDone(kills[kind]()))) return false;
    journal.fault(`-- killed ${kind}`);
    const killedAt = performance.now();
    // Every fourth time, it may also kill the process during its restart.
    if (kind === 'containerd' || random.below(4) === 0) return true;
    await lab.ready();
    if (kind === 'capsuled') this.back.push(performance.now() - killedAt);
    journal.note(`-- back after ${Math.round(performance.now() - killedAt)} ms`);
    return true;
  }

  async #killShim(): Promise<boolean> {
    const { lab, journal, random, workloads, victims } = this.#options;
    const among = [...workloads, ...victims];
    const chosen = among[random.below(among.length)];
    if (chosen === undefined) return false;
    if (chosen.killsOfRun >= MOST_KILLS_OF_RUN) return false;
    const processes = (await processesOfCells(lab)).get(chosen.name);
    if (processes?.shim === undefined) return false;
    if ('isQuiet' in chosen && !(await chosen.isQuiet(processes.inside))) return false;
    journal.fault(`-- kill -9 the shim of ${chosen.name}`, chosen.name);
    if (!(await killInside(lab, processes.shim))) return false;
    chosen.wasKilled();
    return true;
  }
}

/** False until PID 1 has restarted the service. */
async function isDone(kill: Promise<unknown>): Promise<boolean> {
  try {
    await kill;
    return true;
  } catch (error) {
    if (isCapsuleError(error) && error.code === 'LAB_NO_PROCESS') return false;
    throw error;
  }
}
