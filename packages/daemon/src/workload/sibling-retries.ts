import {
  type CellId,
  type ContainerRecord,
  type ContainerRef,
  cellKey,
  containerKey,
  nameOfContainer,
} from '@capsule/core';
import { backOffMs, type Log } from '@capsule/engine';
import type { WorkloadObserver } from './observe.ts';

/** Back-off between failed reconciles of a cell, and between failed steps of one sibling. */
export const RECONCILE_BACK_OFF = { firstMs: 500, mostMs: 60_000, jitter: 0.2 };

export interface SiblingRetriesParts {
  readonly observer: Pick<WorkloadObserver, 'recordFailure'>;
  readonly log: Log;
  /** Milliseconds of the monotonic clock. */
  readonly monotonicMs: () => number;
}

interface Pause {
  readonly cell: string;
  readonly failures: number;
  readonly untilMs: number;
}

/**
 * The back-off of each sibling whose step failed: its cell does not fail with it, so that the root and the other
 * siblings restart when they are due.
 */
export class SiblingRetries {
  readonly #parts: SiblingRetriesParts;
  /** By the key of the container. */
  readonly #pauses = new Map<string, Pause>();

  constructor(parts: SiblingRetriesParts) {
    this.#parts = parts;
  }

  /** Begins the next pause of the sibling, and stores the failure. If the disk is full, only the log has it. */
  fail(ref: ContainerRef, error: unknown): void {
    const { observer, log, monotonicMs } = this.#parts;
    const key = containerKey(ref);
    const failures = (this.#pauses.get(key)?.failures ?? 0) + 1;
    const retryInMs = backOffMs(RECONCILE_BACK_OFF, failures, Math.random());
    this.#pauses.set(key, {
      cell: cellKey(ref.cell),
      failures,
      untilMs: monotonicMs() + retryInMs,
    });
    const name = nameOfContainer(ref);
    log.warn('container not reconciled', { name, error, retryInMs });
    try {
      observer.recordFailure(ref, error, retryInMs);
    } catch (unwritten) {
      log.error('status not written', { name, error: unwritten });
    }
  }

  /** Milliseconds until capsuled retries the sibling; 0 if it does not pause. */
  heldMs(ref: ContainerRef): number {
    const pause = this.#pauses.get(containerKey(ref));
    return pause === undefined ? 0 : Math.max(0, pause.untilMs - this.#parts.monotonicMs());
  }

  /** Nothing is left to do now: a sibling that does not pause has done without a failure what was due. */
  settle(containers: readonly Pick<ContainerRecord, 'ref'>[]): void {
    for (const { ref } of containers)
      if (this.heldMs(ref) === 0) this.#pauses.delete(containerKey(ref));
  }

  /** The cause of the failures in this cell may be gone. */
  reset(cell: CellId): void {
    const owner = cellKey(cell);
    for (const [key, pause] of this.#pauses) if (pause.cell === owner) this.#pauses.delete(key);
  }
}
