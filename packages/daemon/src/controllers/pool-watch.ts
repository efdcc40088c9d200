import {
  type ContainerRuntime,
  cellOfWorkload,
  formatSize,
  judgePool,
  POOL_LOW_PERCENT,
  type PoolLevel,
  poolPercent,
  type VolumeBackend,
  type VolumeBorrowers,
  type VolumePool,
} from '@capsule/core';
import type { Log } from '@capsule/engine';
import type { Volumes } from '../store/volumes.ts';
import { volumeError } from './volume-errors.ts';
import type { VolumeStory } from './volume-story.ts';

export interface PoolWatchParts {
  readonly backend: Pick<VolumeBackend, 'probe' | 'trim'>;
  readonly volumes: Volumes;
  readonly borrowers: VolumeBorrowers;
  readonly runtime: Pick<ContainerRuntime, 'pause' | 'resume'>;
  readonly story: VolumeStory;
  readonly log: Log;
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonicMs: () => number;
}

const LOOK_EVERY_MS = 30_000;
const LOOK_OFTEN_MS = 1000;
/** No disk is filled faster than this: the next look comes before the pool can be full. */
const FASTEST_BYTES_PER_MS = 2_000_000;
const TRIM_EVERY_MS = 24 * 3600_000;

/**
 * Looks at how full the pool of the volumes is. What has a volume is paused when it is full, before its
 * writes fail, and goes on when there is room again; nothing else is touched. Deleted files are given back
 * to the pool once a day, and whenever it is low.
 */
export class PoolWatch implements Disposable {
  readonly #parts: PoolWatchParts;
  readonly #paused = new Set<string>();
  #level: PoolLevel = 'fine';
  #trimmedAt: number;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(parts: PoolWatchParts) {
    this.#parts = parts;
    this.#trimmedAt = parts.monotonicMs();
  }

  /** How full it was when it was last looked at. */
  get level(): PoolLevel {
    return this.#level;
  }

  /** Looks now, and again and again. Never throws. */
  async start(): Promise<void> {
    // What an earlier capsuled paused is let go; when it is still full, it is paused again.
    await this.#letGo(this.#holders());
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
    let waitMs = LOOK_EVERY_MS;
    try {
      const pool = await this.#parts.backend.probe();
      await this.#judge(pool);
      await this.#trim();
      waitMs = timeToFill(pool);
    } catch (error) {
      this.#parts.log.warn('pool of the volumes not looked at', { error });
    }
    if (this.#isOver) return;
    this.#timer = setTimeout(() => void this.#round(), waitMs);
    this.#timer.unref();
  }

  async #judge(pool: VolumePool): Promise<void> {
    const { story, log } = this.#parts;
    const before = this.#level;
    this.#level = judgePool(pool, before);
    if (this.#level !== before) {
      const figures = figuresOf(pool);
      log.info('pool of the volumes', { level: this.#level, figures });
      if (this.#level === 'fine') story.tellsOfPool('PoolFine', figures);
      else story.warnsOfPool(this.#level === 'full' ? 'PoolFull' : 'PoolLow', figures);
    }
    if (this.#level === 'full') await this.#pause(this.#holders());
    else await this.#letGo([...this.#paused]);
  }

  async #trim(): Promise<void> {
    const { backend, borrowers, monotonicMs } = this.#parts;
    const isDue = monotonicMs() - this.#trimmedAt >= TRIM_EVERY_MS || this.#level !== 'fine';
    if (!isDue) return;
    this.#trimmedAt = monotonicMs();
    await backend.trim();
    await borrowers.trim();
  }

  #holders(): readonly string[] {
    const holders = this.#parts.volumes.list().flatMap(({ holder }) => holder ?? []);
    return [...new Set(holders)];
  }

  async #pause(workloads: readonly string[]): Promise<void> {
    for (const name of workloads) {
      if (this.#paused.has(name)) continue;
      if (await this.#tries(name, 'pause')) this.#paused.add(name);
    }
  }

  async #letGo(workloads: readonly string[]): Promise<void> {
    for (const name of workloads) if (await this.#tries(name, 'resume')) this.#paused.delete(name);
  }

  async #tries(name: string, what: 'pause' | 'resume'): Promise<boolean> {
    try {
      await this.#parts.runtime[what](cellOfWorkload(name), name);
      return true;
    } catch (error) {
      this.#parts.log.warn('workload not paused or resumed', { name, what, error });
      return false;
    }
  }
}

function timeToFill(pool: VolumePool): number {
  if (poolPercent(pool) >= POOL_LOW_PERCENT) return LOOK_OFTEN_MS;
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
