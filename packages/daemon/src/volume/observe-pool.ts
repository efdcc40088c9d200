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

/** What workloads are paused for here. */
const REASON = 'poolFull';
const LOOK_EVERY_MS = 30_000;
const LOOK_OFTEN_MS = 1000;
/** No disk is filled faster than this: the next look comes before the pool can be full. */
const FASTEST_BYTES_PER_MS = 2_000_000;
const TRIM_EVERY_MS = 24 * 3600_000;
/** A round waits no longer than this for workloads to be paused. */
const WAIT_MS = 2000;
/** A runtime that does not answer is asked again after this. */
const ANSWER_LIMIT_MS = 30_000;

/**
 * Looks at how full the pool of the volumes is. While it is full, every workload that has a volume and runs
 * is paused before its writes fail, in each round: by what runs then, not by what was paused before. They go on
 * when there is room again; nothing else is touched. Deleted files are given back to the pool once a day, and
 * whenever it is low.
 */
export class PoolObserver implements Disposable {
  readonly #parts: PoolObserverParts;
  /** Of which a pause or a resume is under way: it waits for whatever works on the workload. */
  readonly #underway = new Set<string>();
  #level: PoolLevel = 'fine';
  /** Of the last event that was stored: one that the disk refused is stored by a later round. */
  #storedLevel: PoolLevel = 'fine';
  #trimmedAt: number;
  #timer: NodeJS.Timeout | undefined;
  /**
   * Who held volumes when this capsuled started, until it is known how each is: one that stands still then, and has no
   * reason, was paused by an earlier capsuled. By key.
   */
  readonly #unadopted = new Map<string, ContainerRef>();
  #isOver = false;

  constructor(parts: PoolObserverParts) {
    this.#parts = parts;
    this.#trimmedAt = parts.monotonicMs();
  }

  /** How full it was when it was last looked at. */
  get level(): PoolLevel {
    return this.#level;
  }

  /** Looks now, and again and again. Never throws. */
  async start(): Promise<void> {
    for (const ref of this.#holders()) this.#unadopted.set(containerKey(ref), ref);
    await this.#round();
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  /** Fails with `VOLUME_POOL_LOW` when nothing new may be promised. */
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
      this.#parts.log.warn('pool of the volumes not looked at', { error });
    }
    if (this.#isOver) return;
    this.#timer = setTimeout(() => void this.#round(), waitMs);
    this.#timer.unref();
  }

  async #judge(pool: VolumePool): Promise<void> {
    const before = this.#level;
    this.#level = judgePool(pool, before);
    if (this.#level === 'full') await this.#pause();
    // What is not known of a pool lets nobody write to it.
    else if (pool.ok) await this.#resume();
    const figures = figuresOf(pool);
    if (this.#level !== before) {
      this.#parts.log.info('pool of the volumes', { level: this.#level, figures });
    }
    if (this.#level !== this.#storedLevel) this.#store(figures);
  }

  /** After the deed: the disk that is full may be the one of the store, too. */
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
      // Paused in the moment between the look and the order to stop.
      if (users.isStopping(ref)) return pauses.resumeForStop(ref, signal);
      await this.#adopt(ref, signal);
      const hasRun = await pauses.hold(ref, REASON, signal);
      if (hasRun) log.info('workload paused: the pool is full', { name: nameOfContainer(ref) });
    });
  }

  /** Also those that an earlier capsuled paused. */
  async #resume(): Promise<void> {
    const { pauses } = this.#parts;
    const refs = new Map(this.#unadopted);
    for (const ref of pauses.heldFor(REASON)) refs.set(containerKey(ref), ref);
    await this.#each([...refs.values()], async (ref, signal) => {
      await this.#adopt(ref, signal);
      await pauses.release(ref, REASON, signal);
    });
  }

  /** Once, and again where it fails. */
  async #adopt(ref: ContainerRef, signal: AbortSignal): Promise<void> {
    const key = containerKey(ref);
    if (!this.#unadopted.has(key)) return;
    await this.#parts.pauses.adopt(ref, REASON, signal);
    this.#unadopted.delete(key);
  }

  /** Side by side: one whose start or stop takes long holds up neither the others nor the next round. */
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
