import {
  type ContainerRef,
  cellKey,
  containerKey,
  formatSize,
  type GuestVolumes,
  judgePool,
  nameOfContainer,
  POOL_LOW_PERCENT,
  type PoolLevel,
  poolPercent,
  type VolumeBackend,
  type VolumePool,
} from '@capsule/core';
import type { Log } from '@capsule/engine';
import type { PauseCommands } from '../pause/commands.ts';
import { volumeError } from './errors.ts';
import type { VolumeEvents } from './events.ts';
import type { VolumeUsers } from './holders.ts';
import type { VolumeRecords } from './records.ts';

export interface PoolObserverParts {
  readonly backend: Pick<VolumeBackend, 'probe' | 'trim'>;
  readonly records: Pick<VolumeRecords, 'list'>;
  readonly guestVolumes: GuestVolumes;
  readonly pauses: Pick<PauseCommands, 'hold' | 'adopt' | 'release' | 'resumeForStop' | 'heldFor'>;
  readonly users: Pick<VolumeUsers, 'containersOf' | 'isStopping'>;
  readonly events: Pick<VolumeEvents, 'recordOfPool'>;
  readonly log: Log;
  /** Milliseconds of the monotonic clock. */
  readonly monotonicMs: () => number;
}

/** Reason of the pauses that this observer requests. */
const REASON = 'poolFull';
const LOOK_EVERY_MS = 30_000;
const LOOK_OFTEN_MS = 1000;
/** No disk fills faster than this, so the next look comes before the pool can be full. */
const FASTEST_BYTES_PER_MS = 2_000_000;
const TRIM_EVERY_MS = 24 * 3600_000;
/** A round waits no longer than this for workloads to be paused. */
const WAIT_MS = 2000;
/** A runtime that does not answer is asked again after this. */
const ANSWER_LIMIT_MS = 30_000;

/**
 * Watches how full the pool of the volumes is. While it is full, each round pauses every running
 * workload that has a volume, before its writes fail: it goes by the workloads that run then, not
 * by earlier pauses. Resumes them when there is room again; touches nothing else. Returns the space
 * of deleted files to the pool once a day, and whenever the pool is low.
 */
export class PoolObserver implements Disposable {
  readonly #parts: PoolObserverParts;
  /** Containers with a pause or resume in progress, which waits for other work on the workload. */
  readonly #underway = new Set<string>();
  #level: PoolLevel = 'fine';
  /** Level of the last stored event. A later round stores an event that the disk refused. */
  #storedLevel: PoolLevel = 'fine';
  #trimmedAt: number;
  #timer: NodeJS.Timeout | undefined;
  /**
   * Containers of the cells that held volumes when this capsuled started, by key, until the state
   * of each is known. An earlier capsuled paused those that are paused then without a reason.
   */
  readonly #unadopted = new Map<string, ContainerRef>();
  #isOver = false;

  constructor(parts: PoolObserverParts) {
    this.#parts = parts;
    this.#trimmedAt = parts.monotonicMs();
  }

  /** Level of the pool at the last look. */
  get level(): PoolLevel {
    return this.#level;
  }

  /** Looks at the pool now and periodically. Never throws. */
  async start(): Promise<void> {
    for (const ref of this.#holders()) this.#unadopted.set(containerKey(ref), ref);
    await this.#round();
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  /** Fails with `VOLUME_POOL_LOW` if the pool has no room for more. */
  async checkRoom(): Promise<void> {
    const pool = await this.#parts.backend.probe();
    if (judgePool(pool, this.#level) === 'fine') return;
    throw volumeError.POOL_LOW({ figures: figuresOf(pool) });
  }

  async #round(): Promise<void> {
    if (this.#isOver) return;
    let waitMs = this.#level === 'full' ? LOOK_OFTEN_MS : LOOK_EVERY_MS;
    try {
      const pool = await this.#parts.backend.probe();
      await this.#judge(pool);
      waitMs = timeToFill(pool, this.#level);
      await this.#trim();
    } catch (error) {
      this.#parts.log.warn('pool of the volumes not read', { error });
    }
    if (this.#isOver) return;
    this.#timer = setTimeout(() => void this.#round(), waitMs);
    this.#timer.unref();
  }

  async #judge(pool: VolumePool): Promise<void> {
    const before = this.#level;
    this.#level = judgePool(pool, before);
    if (this.#level === 'full') await this.#pause();
    // An unusable pool resumes no workload: its level is unknown.
    else if (pool.ok) await this.#resume();
    const figures = figuresOf(pool);
    if (this.#level !== before) {
      this.#parts.log.info('pool of the volumes', { level: this.#level, figures });
    }
    if (this.#level !== this.#storedLevel) this.#store(figures);
  }

  /** Comes after the pauses: the full disk may be that of the store, too. */
  #store(figures: string): void {
    const { events, log } = this.#parts;
    try {
      if (this.#level === 'fine') events.recordOfPool('normal', 'PoolFine', figures);
      else events.recordOfPool('warning', this.#level === 'full' ? 'PoolFull' : 'PoolLow', figures);
      this.#storedLevel = this.#level;
    } catch (error) {
      log.warn('event of the pool not stored', { level: this.#level, error });
    }
  }

  async #trim(): Promise<void> {
    const { backend, guestVolumes, monotonicMs } = this.#parts;
    const isDue = monotonicMs() - this.#trimmedAt >= TRIM_EVERY_MS || this.#level !== 'fine';
    if (!isDue) return;
    this.#trimmedAt = monotonicMs();
    await backend.trim();
    await guestVolumes.trim();
  }

  #holders(): readonly ContainerRef[] {
    const { records, users } = this.#parts;
    const holders = records.list().flatMap(({ holder }) => holder ?? []);
    const cells = new Map(holders.map((cell) => [cellKey(cell), cell]));
    return [...cells.values()].flatMap(users.containersOf);
  }

  async #pause(): Promise<void> {
    const { pauses, users, log } = this.#parts;
    await this.#each(this.#holders(), async (ref, signal) => {
      // The container may have been paused between the look and the order to stop.
      if (users.isStopping(ref)) return pauses.resumeForStop(ref, signal);
      await this.#adopt(ref, signal);
      const hasRun = await pauses.hold(ref, REASON, signal);
      if (hasRun) log.info('workload paused: the pool is full', { name: nameOfContainer(ref) });
    });
  }

  /** Also resumes containers that an earlier capsuled paused. */
  async #resume(): Promise<void> {
    const { pauses } = this.#parts;
    const refs = new Map(this.#unadopted);
    for (const ref of pauses.heldFor(REASON)) refs.set(containerKey(ref), ref);
    await this.#each([...refs.values()], async (ref, signal) => {
      await this.#adopt(ref, signal);
      await pauses.release(ref, REASON, signal);
    });
  }

  /** Stores the reason of an earlier pause once, and retries after a failure. */
  async #adopt(ref: ContainerRef, signal: AbortSignal): Promise<void> {
    const key = containerKey(ref);
    if (!this.#unadopted.has(key)) return;
    await this.#parts.pauses.adopt(ref, REASON, signal);
    this.#unadopted.delete(key);
  }

  /** Works on all in parallel: a slow start or stop delays neither the others nor the next round. */
  async #each(
    refs: readonly ContainerRef[],
    work: (ref: ContainerRef, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const { log } = this.#parts;
    const free = refs.filter((ref) => !this.#underway.has(containerKey(ref)));
    const all = free.map(async (ref) => {
      const key = containerKey(ref);
      this.#underway.add(key);
      try {
        await work(ref, AbortSignal.timeout(ANSWER_LIMIT_MS));
      } catch (error) {
        log.warn('workload not paused or resumed', { name: nameOfContainer(ref), error });
      } finally {
        this.#underway.delete(key);
      }
    });
    const { promise: passed, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, WAIT_MS);
    await Promise.race([Promise.all(all), passed]);
    clearTimeout(timer);
  }
}

function timeToFill(pool: VolumePool, level: PoolLevel): number {
  if (level === 'full' || poolPercent(pool) >= POOL_LOW_PERCENT) return LOOK_OFTEN_MS;
  const ms = (pool.totalBytes - pool.usedBytes) / FASTEST_BYTES_PER_MS;
  return Math.min(Math.max(ms, LOOK_OFTEN_MS), LOOK_EVERY_MS);
}

function figuresOf(pool: VolumePool): string {
  const mebibytes = (bytes: number) => formatSize(Math.round(bytes / 1024 ** 2) * 1024 ** 2);
  const { usedBytes, totalBytes, metadataPercent } = pool;
  const metadata =
    metadataPercent === undefined ? '' : `, metadata ${metadataPercent.toFixed(1)} %`;
  const share = totalBytes === 0 ? 0 : (usedBytes / totalBytes) * 100;
  return `${mebibytes(usedBytes)} of ${mebibytes(totalBytes)} (${share.toFixed(1)} %)${metadata}`;
}
