import {
  planSnapshot,
  type SnapshotSchedule,
  surplusSnapshots,
  type UploadStore,
} from '@capsule/core';
import { type BackOff, backOffMs, type Log } from '@capsule/engine';
import type { VolumeEvents } from '../events.ts';
import type { VolumeRecords } from '../records.ts';
import type { SnapshotCommands } from './commands.ts';
import type { SnapshotReconciler } from './reconcile.ts';
import type { SnapshotRecords } from './records.ts';

export interface SnapshotSchedulerParts {
  readonly volumes: Pick<VolumeRecords, 'list'>;
  readonly records: Pick<SnapshotRecords, 'of'>;
  readonly commands: Pick<SnapshotCommands, 'takeNext' | 'delete'>;
  readonly reconciler: Pick<SnapshotReconciler, 'tidy'>;
  readonly uploads: Pick<UploadStore, 'prune'>;
  readonly events: Pick<VolumeEvents, 'recordWarning'>;
  readonly log: Log;
  readonly now: () => number;
  /** Milliseconds of the monotonic clock. */
  readonly monotonicMs: () => number;
}

/** The longest single wait. It is short, because the clock may be set meanwhile. */
const LOOK_AGAIN_MS = 10 * 60_000;
/** An interrupted upload can resume within a day. */
const UPLOAD_KEPT_MS = 24 * 3600_000;
const RETRY: BackOff = { firstMs: 10_000, mostMs: 10 * 60_000, jitter: 0.2 };

interface Failure {
  readonly count: number;
  /** Time of the next try, by the monotonic clock. */
  readonly until: number;
  /** The event of this series of failures is stored. */
  readonly isReported: boolean;
}

/**
 * Takes the scheduled snapshots of volumes one after the other, and removes the oldest. Logs and
 * retries every failure; none ends the rounds.
 */
export class SnapshotScheduler implements Disposable {
  readonly #parts: SnapshotSchedulerParts;
  readonly #failures = new Map<string, Failure>();
  /** When this capsuled took the last snapshot of each volume, by the monotonic clock. */
  readonly #takenAt = new Map<string, number>();
  readonly #startedAt: number;
  #timer: NodeJS.Timeout | undefined;
  #rounds: Promise<void> | undefined;
  #isAskedAgain = false;
  #isOver = false;

  constructor(parts: SnapshotSchedulerParts) {
    this.#parts = parts;
    this.#startedAt = parts.monotonicMs();
  }

  /** Looks at all schedules, now and whenever one is due. Call it again after a schedule changed. */
  wake(): void {
    if (this.#isOver) return;
    clearTimeout(this.#timer);
    this.#isAskedAgain = true;
    this.#rounds ??= this.#goRounds();
  }

  /** Resolves when the present round is over. */
  async settled(): Promise<void> {
    await this.#rounds;
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  /** Never throws, because no caller waits for it. */
  async #goRounds(): Promise<void> {
    let waitMs = LOOK_AGAIN_MS;
    while (this.#isAskedAgain && !this.#isOver) {
      this.#isAskedAgain = false;
      try {
        waitMs = await this.#goRound();
      } catch (error) {
        this.#parts.log.warn('snapshot schedules not read', { error });
        waitMs = RETRY.firstMs;
      }
    }
    this.#rounds = undefined;
    if (this.#isOver) return;
    this.#timer = setTimeout(() => this.wake(), Math.max(waitMs, 1000));
    this.#timer.unref();
  }

  /** Returns the milliseconds until the next look. */
  async #goRound(): Promise<number> {
    const { volumes, reconciler } = this.#parts;
    await reconciler.tidy();
    await this.#pruneUploads();
    let waitMs = LOOK_AGAIN_MS;
    for (const { name, stage, snapshotSchedule } of volumes.list()) {
      if (this.#isOver) break;
      if (stage !== 'ready' || snapshotSchedule === undefined) continue;
      waitMs = Math.min(waitMs, await this.#serve(name, snapshotSchedule));
    }
    return waitMs;
  }

  async #pruneUploads(): Promise<void> {
    const { uploads, log } = this.#parts;
    await uploads
      .prune(UPLOAD_KEPT_MS)
      .catch((error) => log.warn('old uploads not removed', { error }));
  }

  /** Returns the milliseconds until the next look at this volume. */
  async #serve(volume: string, schedule: SnapshotSchedule): Promise<number> {
    const { commands, now, monotonicMs } = this.#parts;
    const pausedMs = (this.#failures.get(volume)?.until ?? 0) - monotonicMs();
    if (pausedMs > 0) return pausedMs;
    try {
      const ranMs = monotonicMs() - (this.#takenAt.get(volume) ?? this.#startedAt);
      const plan = planSnapshot(schedule, this.#scheduled(volume), { now: now(), ranMs });
      if (plan.isDue) {
        await commands.takeNext(volume, 'auto', 'scheduled');
        this.#takenAt.set(volume, monotonicMs());
      }
      for (const snapshot of surplusSnapshots(schedule, this.#scheduled(volume))) {
        await commands.delete({ volume, snapshot });
      }
      this.#failures.delete(volume);
      return plan.isDue ? schedule.everySeconds * 1000 : plan.waitMs;
    } catch (error) {
      return this.#noteFailure(volume, error);
    }
  }

  #noteFailure(volume: string, error: unknown): number {
    const { log, monotonicMs } = this.#parts;
    const before = this.#failures.get(volume);
    const count = (before?.count ?? 0) + 1;
    const retryInMs = backOffMs(RETRY, count, Math.random());
    log.warn('scheduled snapshot failed', { volume, error, retryInMs });
    const isReported = before?.isReported === true || this.#storeWarning(volume, error);
    this.#failures.set(volume, { count, until: monotonicMs() + retryInMs, isReported });
    return retryInMs;
  }

  /**
   * Returns whether the event is stored. If the store's disk is full, too, the next failure is
   * reported.
   */
  #storeWarning(volume: string, error: unknown): boolean {
    const { events, log } = this.#parts;
    try {
      events.recordWarning(volume, 'SnapshotFailed', error);
      return true;
    } catch (unwritten) {
      log.warn('event of the volume not stored', { volume, error: unwritten });
      return false;
    }
  }

  #scheduled(volume: string) {
    return this.#parts.records
      .of(volume)
      .filter(({ origin, stage }) => origin === 'scheduled' && stage === 'ready');
  }
}
