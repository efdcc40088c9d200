import {
  type BootVerdict,
  type FailedBoots,
  isCapsuleError,
  judgeBoot,
  judgeTrial,
  planCleaning,
  type SlotsSeen,
  TRIAL_SECONDS,
} from '@capsule/core';
import { applySteps } from './apply-steps.ts';
import { hasGoneBack, type UpdateCommands } from './commands.ts';
import type { UpdateParts } from './parts.ts';

export interface UpdateTrialParts extends UpdateParts {
  readonly commands: Pick<UpdateCommands, 'confirm' | 'rollBack'>;
  /** Undefined: everything that the system is for works. Otherwise the reason why it does not. */
  readonly sickness: (signal: AbortSignal) => Promise<string | undefined>;
  /** Seconds since the boot, by the monotonic clock. */
  readonly uptimeSeconds: () => number;
}

/** How often the health of a system on trial is looked at, in seconds. */
const LOOK_EVERY = 2;
/** The wait before the next try after a confirmation or roll-back that failed. */
const RETRY_SECONDS = 5;

const LONGEST_RETRY_SECONDS = 300;

/** Ends the update that this boot is part of: completes it, puts it on trial, or records why it failed. */
export class UpdateTrial implements AsyncDisposable {
  readonly #parts: UpdateTrialParts;
  readonly #over = new AbortController();
  #judging: Promise<void> | undefined;
  #rounds: Promise<void> | undefined;
  #healthySince: number | undefined;
  #sickSince: number | undefined;
  #sickness: string | undefined;

  constructor(parts: UpdateTrialParts) {
    this.#parts = parts;
  }

  /** Judges this boot, again and again if that fails: the machine works without it, but a trial must not last for ever. */
  async start(): Promise<this> {
    const isOver = await this.#tryToJudge();
    if (!isOver) this.#judging = this.#judgeAgain();
    return this;
  }

  async #tryToJudge(): Promise<boolean> {
    try {
      await this.#judge();
      return true;
    } catch (error) {
      this.#parts.log.error('the last update cannot be judged', { error });
      return false;
    }
  }

  async #judgeAgain(): Promise<void> {
    let seconds = RETRY_SECONDS;
    let isOver = false;
    while (!isOver) {
      await this.#wait(seconds);
      seconds = Math.min(seconds * 2, LONGEST_RETRY_SECONDS);
      isOver = this.#over.signal.aborted || (await this.#tryToJudge());
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.settled();
  }

  /** Resolves when the boot is judged, and its trial is over. */
  async settled(): Promise<void> {
    await this.#judging;
    await this.ended();
  }

  /** Resolves when the trial is over. */
  async ended(): Promise<void> {
    await this.#rounds;
  }

  /** When the trial ends, in seconds since the boot. */
  get deadline(): number {
    return TRIAL_SECONDS;
  }

  async #judge(): Promise<void> {
    const seen = await this.#parts.slots.read();
    const verdict = await this.#settle(seen);
    if (verdict.kind === 'waiting') return this.#parts.reboot();
    // Comes first: nothing that fails may keep a trial from its end.
    if (verdict.kind === 'trial') this.#rounds ??= this.#goRounds();
    await this.#clean();
    if (verdict.kind === 'trial') this.#parts.records.move('trial');
  }

  /** Ends an update that is not on trial. Its record receives the traces of its failed boots. */
  async #settle({ running, entries }: SlotsSeen): Promise<BootVerdict> {
    const { records, bootId, note, log } = this.#parts;
    const update = records.last();
    const seen = { running, entries, bootId };
    if (update === undefined || running.tries !== undefined) return judgeBoot(seen);
    const reason = await note.read(update.generation);
    const { panic, log: lines } = await this.#failedBoots();
    const left = { ...(reason !== undefined && { reason }), ...(panic !== undefined && { panic }) };
    const verdict = judgeBoot({ ...seen, update, left });
    if (verdict.kind === 'cut') records.move('failed', 'the update was interrupted');
    if (verdict.kind === 'steady') records.move('confirmed');
    if (verdict.kind === 'fell-back') {
      records.move('failed', verdict.reason);
      log.error('the update failed', { reason: verdict.reason });
    }
    const wentBack = update.state === 'rolled-back' && running.slot === update.from.slot;
    if (verdict.kind === 'fell-back' || wentBack) records.keepLog(lines);
    await note.remove();
    return verdict;
  }

  /** An update also ends without them. */
  async #failedBoots(): Promise<FailedBoots> {
    try {
      return await this.#parts.failedBoots();
    } catch (error) {
      this.#parts.log.error('the log of the failed boots cannot be read', { error });
      return { log: [] };
    }
  }

  /** Removes what an interrupted or failed update left on the ESP. */
  async #clean(): Promise<void> {
    const { slots } = this.#parts;
    const { entries, running } = await slots.read();
    await slots.discardStaged();
    const others = entries.filter(({ generation }) => generation !== running.generation);
    await applySteps(slots, planCleaning(others));
  }

  /** Never throws, because no caller waits for it. */
  async #goRounds(): Promise<void> {
    while (!this.#over.signal.aborted) {
      const seconds = await this.#goRound().catch((error) => {
        if (!this.#over.signal.aborted) this.#parts.log.error('the trial goes on', { error });
        return RETRY_SECONDS;
      });
      if (seconds === undefined) return;
      await this.#wait(seconds);
    }
  }

  /** Returns the seconds until the next round; undefined after the last one. */
  async #goRound(): Promise<number | undefined> {
    const { commands, log, slots, records, uptimeSeconds } = this.#parts;
    const { running } = await slots.read();
    // The operator confirmed, or went back.
    if (running.tries === undefined || hasGoneBack(records.last(), running)) return undefined;
    await this.#look();
    const step = judgeTrial({ now: uptimeSeconds(), deadline: this.deadline, ...this.#health() });
    if (step.kind === 'wait') return Math.min(step.seconds, LOOK_EVERY);
    if (step.kind === 'confirm') {
      await commands.confirm();
      log.info('the update is confirmed: the system has been healthy');
    } else {
      log.error('the update is rolled back', { reason: step.reason });
      await this.#rollBack(step.reason);
    }
    return undefined;
  }

  /** Where the choice cannot be changed, the boot loader goes back once the tries of this system are used up. */
  async #rollBack(reason: string): Promise<void> {
    const { commands, log, reboot } = this.#parts;
    try {
      await commands.rollBack(reason);
    } catch (error) {
      const isOfDisk = isCapsuleError(error) && error.code === 'SLOT_WRITE_FAILED';
      if (!isOfDisk) throw error;
      log.error('the choice cannot be changed: reboot', { error });
      await reboot();
    }
  }

  async #look(): Promise<void> {
    const now = this.#parts.uptimeSeconds();
    this.#sickness = await this.#parts.sickness(this.#over.signal);
    const isHealthy = this.#sickness === undefined;
    this.#healthySince = isHealthy ? (this.#healthySince ?? now) : undefined;
    this.#sickSince = isHealthy ? undefined : (this.#sickSince ?? now);
  }

  #health() {
    const autoConfirmSeconds = this.#parts.records.last()?.autoConfirmSeconds;
    return {
      ...(this.#healthySince !== undefined && { healthySince: this.#healthySince }),
      ...(this.#sickness !== undefined && { sickness: this.#sickness }),
      ...(this.#sickSince !== undefined && { sickSince: this.#sickSince }),
      ...(autoConfirmSeconds !== undefined && { autoConfirmSeconds }),
    };
  }

  async #wait(seconds: number): Promise<void> {
    const { signal } = this.#over;
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, seconds * 1000);
      signal.addEventListener('abort', wake);
      if (signal.aborted) wake();
    });
  }
}
