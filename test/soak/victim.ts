import type { Workload } from '@capsule/api/wire';
import { isCapsuleError } from '@capsule/core';
import { Violation } from './journal.ts';
import type { Setting } from './setting.ts';
import { isSettled, untilShown } from './until-settled.ts';

const SETTLE_MS = 120_000;

/** A workload whose shim is killed, without other operations. Each kill causes one restart. */
export class Victim {
  readonly name: string;
  kills = 0;
  killsOfRun = 0;
  readonly #setting: Setting;

  constructor(setting: Setting, name: string) {
    this.#setting = setting;
    this.name = name;
  }

  wasKilled(): void {
    this.kills += 1;
    this.killsOfRun += 1;
  }

  /** The capsule knows that it runs in one of these processes, so a kill now counts once. */
  async isQuiet(inside: readonly number[]): Promise<boolean> {
    try {
      const shown = await this.#setting.client.workload.get({ name: this.name });
      return isSettled(shown) && inside.includes(shown.status?.pid ?? 0);
    } catch (error) {
      if (isCapsuleError(error) && error.kind === 'unavailable') return false;
      throw error;
    }
  }

  /** Checks that it runs again, and that every kill was counted once. Call it after the last kill. */
  async settle(): Promise<void> {
    const { client } = this.#setting;
    const isAgain = (shown: Workload | undefined) =>
      shown !== undefined && isSettled(shown) && shown.status?.restartCount === this.kills;
    const { isThere, last } = await untilShown(client, this.name, isAgain, SETTLE_MS);
    if (isThere) return;
    const { reason, restartCount } = last?.status ?? {};
    throw new Violation(
      `${this.name}: its shim was killed ${this.kills} times; it is ${reason}, restarted ${restartCount} times`,
    );
  }

  /** Ends its back-off. */
  async forgive(): Promise<void> {
    const { client } = this.#setting;
    const { run } = await client.workload.get({ name: this.name });
    await client.workload.restart({ name: this.name });
    const isAnother = (shown: Workload | undefined) =>
      shown !== undefined && isSettled(shown) && shown.run > run;
    const { isThere } = await untilShown(client, this.name, isAnother, SETTLE_MS);
    if (!isThere) throw new Violation(`${this.name}: not restarted after ${SETTLE_MS} ms`);
    this.killsOfRun = 0;
  }
}
