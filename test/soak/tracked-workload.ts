import { DesiredState, type Workload } from '@capsule/api/wire';
import { type CapsuleError, isCapsuleError } from '@capsule/core';
import type { Random } from '../lab/random.ts';
import { CommandFailed } from './exec.ts';
import { Violation } from './journal.ts';
import { chooseOperation, describeOperation, type Operation } from './model/operation.ts';
import { differencesOf } from './model/shown-workload.ts';
import {
  describeState,
  type Expected,
  expectOf,
  possibleAfter,
  type State,
  settled,
  textAt,
} from './model/workload-model.ts';
import { perform, type Read } from './perform.ts';
import type { Setting } from './setting.ts';
import { isSettled, untilShown } from './until-settled.ts';

/** The time limit for a workload to settle, since the last kill. */
const SETTLE_MS = 120_000;
/** How long calls may fail after a kill. */
const AFTERMATH_MS = 20_000;

export interface TrackedOptions extends Setting {
  readonly name: string;
  readonly hostPort: number;
  readonly random: Random;
}

type Outcome =
  | { readonly is: 'done'; readonly read: Read | undefined }
  | { readonly is: 'failed'; readonly code: string; readonly detail: string };

/** A workload with its expected state, and its operations in sequence. */
export class TrackedWorkload {
  readonly name: string;
  readonly hostPort: number;
  state: State;
  /** The number of operations, and of those that failed because of a fault. */
  done = 0;
  lost = 0;
  readonly #options: TrackedOptions;
  /** The times of kills of its shim since its creation, and since its last requested start. */
  #killedAt: readonly number[] = [];
  #killedOfRunAt: readonly number[] = [];
  #uid: { readonly born: number; readonly uid: string } | undefined;

  constructor(options: TrackedOptions) {
    this.#options = options;
    this.name = options.name;
    this.hostPort = options.hostPort;
  }

  get kills(): number {
    return this.#killedAt.length;
  }

  get killsOfRun(): number {
    return this.#killedOfRunAt.length;
  }

  wasKilled(): void {
    const now = performance.now();
    this.#killedAt = [...this.#killedAt, now];
    this.#killedOfRunAt = [...this.#killedOfRunAt, now];
  }

  /** Runs the next operation and compares the result with the model. Throws `Violation`. */
  async step(): Promise<void> {
    const { journal, random } = this.#options;
    const operation = chooseOperation(random);
    this.done += 1;
    if (needsProcess(operation) && this.state?.desired === 'running') await this.settle();
    const begunAt = performance.now();
    const expected = expectOf(this.state, operation, this.done);
    const outcome = await this.#perform(operation);
    const words = outcome.is === 'done' ? 'done' : outcome.code;
    journal.note(`${this.name} ${describeOperation(operation)}: ${words}`);
    const possible = this.#judge(operation, expected, outcome, begunAt);
    await this.#learn(possible, outcome.is === 'done', begunAt);
  }

  /**
   * Waits until the capsule reports that the workload has settled. Throws `Violation` if it does not for `SETTLE_MS` without
   * a fault: on a busy machine, each capsuled may be killed before it has begun.
   */
  async settle(): Promise<Workload | undefined> {
    const isIt = (shown: Workload | undefined) =>
      this.state === undefined ? shown === undefined : shown !== undefined && isSettled(shown);
    const { client, journal } = this.#options;
    for (;;) {
      const begunAt = performance.now();
      const { isThere, last } = await untilShown(client, this.name, isIt, SETTLE_MS);
      if (isThere) {
        this.state = settled(this.state);
        return last;
      }
      if (journal.hadFault(this.name, begunAt)) continue;
      const { reason, message } = last?.status ?? {};
      this.#violated(`not as specified after ${SETTLE_MS} ms: ${reason} ${message}`);
    }
  }

  async #perform(operation: Operation): Promise<Outcome> {
    try {
      return { is: 'done', read: await perform(operation, this.#options) };
    } catch (error) {
      if (error instanceof CommandFailed) {
        return { is: 'failed', code: 'COMMAND_FAILED', detail: error.message };
      }
      if (!isCapsuleError(error)) throw error;
      return { is: 'failed', code: error.code, detail: describeError(error) };
    }
  }

  /** The possible current states. */
  #judge(
    operation: Operation,
    expected: Expected,
    outcome: Outcome,
    begunAt: number,
  ): readonly State[] {
    const { journal } = this.#options;
    if (outcome.is === 'done') {
      if (expected.is === 'refused') this.#violated(`${operation.do} was not refused`);
      if (outcome.read !== undefined) this.#checkRead(operation, outcome.read);
      return expected.is === 'done' ? expected.next : [expected.next];
    }
    if (expected.is === 'refused' && expected.codes.includes(outcome.code)) return [this.state];
    if (expected.is === 'either') return [expected.next];
    if (!journal.hadFault(this.name, begunAt - AFTERMATH_MS)) {
      this.#violated(`${operation.do} failed without a fault: ${outcome.code} ${outcome.detail}`);
    }
    this.lost += 1;
    return possibleAfter(this.state, operation, this.done);
  }

  #checkRead(operation: Operation, { text, value }: Read): void {
    if (!('path' in operation)) return;
    const should = textAt(this.state, operation.path);
    if (should !== undefined && text !== should) {
      this.#violated(`${operation.do} ${operation.path} shows ${text}, not ${should}`);
    }
    if (value !== undefined && value !== this.state?.value) {
      this.#violated(`a process has VALUE ${value}, not ${this.state?.value}`);
    }
  }

  /** Asks the capsule which of the possible states is the actual one. Throws `Violation` if none is. */
  async #learn(possible: readonly State[], isAnswered: boolean, begunAt: number): Promise<void> {
    const { client } = this.#options;
    // A delete without an answer also takes effect.
    const isKnown = (shown: Workload | undefined) =>
      isAnswered || shown?.desiredState !== DesiredState.DELETING;
    const { isThere, last } = await untilShown(client, this.name, isKnown, SETTLE_MS);
    if (!isThere) this.#violated(`it is being deleted since ${SETTLE_MS} ms`);
    const at = possible.findIndex((state) => this.#isTrue(state, last));
    if (at < 0) {
      const each = possible.map(
        (state) => `${describeState(state)}: ${differencesOf(state, last).join(', ')}`,
      );
      this.#violated(`none of these is true:\n  ${each.join('\n  ')}\n  uid ${last?.uid}`);
    }
    const found = possible[at];
    const isSince = (at: number) => at >= begunAt;
    if (found?.born !== this.state?.born) this.#killedAt = this.#killedAt.filter(isSince);
    if (found?.begun !== this.state?.begun) {
      this.#killedOfRunAt = this.#killedOfRunAt.filter(isSince);
    }
    if (found !== undefined && last !== undefined) this.#uid = { born: found.born, uid: last.uid };
    this.state = found;
  }

  #isTrue(state: State, shown: Workload | undefined): boolean {
    if (differencesOf(state, shown).length > 0) return false;
    if (state === undefined || this.#uid === undefined) return true;
    return (shown?.uid === this.#uid.uid) === (state.born === this.#uid.born);
  }

  #violated(what: string): never {
    throw new Violation(`${this.name}: ${what}\n  it should be: ${describeState(this.state)}`);
  }
}

function needsProcess(operation: Operation): boolean {
  return /Exec$|^copy/.test(operation.do);
}

function describeError({ message, why = '' }: CapsuleError): string {
  return `${message} ${why}`;
}
