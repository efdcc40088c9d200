import {
  planSnapshot,
  type SnapshotSchedule,
  snapshotNameAt,
  surplusSnapshots,
  type UploadStore,
} from '@capsule/core';
import { type BackOff, backOffMs, type Log } from '@capsule/engine';
import type { Snapshots } from '../store/snapshots.ts';
import type { Volumes } from '../store/volumes.ts';
import type { SnapshotKeeper } from './snapshot-keeper.ts';
import type { VolumeStory } from './volume-story.ts';

export interface SnapshotSchedulerParts {
  readonly volumes: Volumes;
  readonly snapshots: Snapshots;
  readonly keeper: Pick<SnapshotKeeper, 'take' | 'delete' | 'tidy'>;
  readonly uploads: UploadStore;
  readonly story: VolumeStory;
  readonly log: Log;
  readonly now: () => number;
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonicMs: () => number;
}

/** The clock may be set meanwhile: nothing is waited for longer at once. */
const LOOK_AGAIN_MS = 10 * 60_000;
/** An upload that was cut off may go on within a day. */
const UPLOAD_KEPT_MS = 24 * 3600_000;
const RETRY: BackOff = { firstMs: 10_000, mostMs: 10 * 60_000, jitter: 0.2 };

/** Takes the snapshots that volumes make by themselves, one after the other, and removes the oldest. */
export class SnapshotScheduler implements Disposable {
  readonly #parts: SnapshotSchedulerParts;
  readonly #failures = new Map<string, { readonly count: number; readonly until: number }>();
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  #isOver = false;

  constructor(parts: SnapshotSchedulerParts) {
    this.#parts = parts;
  }

  /** Looks at all schedules, now and whenever one is due. Call it again after a schedule changed. */
  wake(): void {
    clearTimeout(this.#timer);
    // One that is under way looks at everything before it sleeps.
    this.#round ??= this.#goRound().finally(() => {
      this.#round = undefined;
    });
  }

  /** When the round that is under way is over. */
  async settled(): Promise<void> {
    await this.#round;
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  async #goRound(): Promise<void> {
    const { volumes, keeper } = this.#parts;
    await keeper.tidy();
    await this.#pruneUploads();
    let waitMs = LOOK_AGAIN_MS;
    for (const { name, stage, snapshotSchedule } of volumes.list()) {
      if (this.#isOver) return;
      if (stage !== 'ready' || snapshotSchedule === undefined) continue;
      waitMs = Math.min(waitMs, await this.#serve(name, snapshotSchedule));
    }
    if (this.#isOver) return;
    this.#timer = setTimeout(() => this.wake(), Math.max(waitMs, 1000));
    this.#timer.unref();
  }

  async #pruneUploads(): Promise<void> {
    const { uploads, log, now } = this.#parts;
    await uploads
      .prune(now() - UPLOAD_KEPT_MS)
      .catch((error) => log.warn('old uploads not removed', { error }));
  }

  /** Answers after how many milliseconds to look again. */
  async #serve(volume: string, schedule: SnapshotSchedule): Promise<number> {
    const { now, monotonicMs } = this.#parts;
    const pausedMs = (this.#failures.get(volume)?.until ?? 0) - monotonicMs();
    if (pausedMs > 0) return pausedMs;
    const plan = planSnapshot(schedule, this.#scheduled(volume), now());
    if (!plan.isDue) return plan.waitMs;
    return (await this.#take(volume, schedule))
      ? schedule.everySeconds * 1000
      : (this.#failures.get(volume)?.until ?? 0) - monotonicMs();
  }

  async #take(volume: string, schedule: SnapshotSchedule): Promise<boolean> {
    const { keeper, story, log, now, monotonicMs } = this.#parts;
    const snapshot = snapshotNameAt('auto', now());
    try {
      await keeper.take({ volume, snapshot }, 'scheduled');
      for (const surplus of surplusSnapshots(schedule, this.#scheduled(volume))) {
        await keeper.delete({ volume, snapshot: surplus });
      }
      this.#failures.delete(volume);
      return true;
    } catch (error) {
      const count = (this.#failures.get(volume)?.count ?? 0) + 1;
      const until = monotonicMs() + backOffMs(RETRY, count, Math.random());
      this.#failures.set(volume, { count, until });
      log.warn('scheduled snapshot failed', { volume, error });
      if (count === 1) story.warns(volume, 'SnapshotFailed', error);
      return false;
    }
  }

  #scheduled(volume: string) {
    const { snapshots } = this.#parts;
    return snapshots
      .of(volume)
      .filter(({ origin, stage }) => origin === 'scheduled' && stage === 'ready');
  }
}
