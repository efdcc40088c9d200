import {
  type ContainerSeen,
  isCapsuleError,
  statusFromSeen,
  statusWhenFulfilled,
  type WorkloadEvent,
  type WorkloadProgress,
  type WorkloadRecord,
  type WorkloadStatus,
} from '@capsule/core';
import { type BackOff, backOffMs, type Database, type Feed } from '@capsule/engine';
import type { Events } from '../store/events.ts';
import type { WorkloadSpecs } from '../store/workload-specs.ts';
import type { WorkloadStatuses } from '../store/workload-statuses.ts';

/** Between restarts of a workload that ends. */
const RESTART: BackOff = { firstMs: 1_000, mostMs: 5 * 60_000, jitter: 0.2 };

export interface WorkloadObserverParts {
  readonly db: Database;
  readonly specs: WorkloadSpecs;
  readonly statuses: WorkloadStatuses;
  readonly events: Events;
  /** Told after every change of what is seen. */
  readonly feed: Feed;
  readonly now: () => number;
}

/** The one writer of status and events. */
export class WorkloadObserver {
  readonly #parts: WorkloadObserverParts;
  /** How far things are: told to whoever watches, and not worth a write to the disk. */
  readonly #progress = new Map<string, WorkloadProgress>();

  constructor(parts: WorkloadObserverParts) {
    this.#parts = parts;
  }

  /** The stored status, with the progress of what is under way. */
  statusOf(name: string): WorkloadStatus {
    const status = this.#parts.statuses.get(name);
    const progress = this.#progress.get(name);
    return progress === undefined ? status : { ...status, progress };
  }

  /** Writes down what the runtime shows of a workload, if it is news. */
  sees(name: string, seen: ContainerSeen | undefined): WorkloadStatus {
    const { now } = this.#parts;
    return this.#change(name, (record, before) =>
      statusFromSeen(record, before, seen, {
        now: now(),
        backOffMs: (streak) => backOffMs(RESTART, streak, Math.random()),
      }),
    );
  }

  /** Work towards the wish goes on. */
  progresses(name: string, progress: WorkloadProgress): void {
    this.#progress.set(name, progress);
    this.#parts.feed.notify(name);
  }

  /** The work that `progresses` told of is over, whatever came of it. */
  rests(name: string): void {
    if (this.#progress.delete(name)) this.#parts.feed.notify(name);
  }

  /** The workload is gone: tell whoever watches. */
  forgets(name: string): void {
    this.#progress.delete(name);
    this.#parts.feed.notify(name);
  }

  /** A milestone for the story; no change of status. */
  notes({ uid, spec: { name } }: WorkloadRecord, reason: string, message: string): void {
    const { events, feed, now } = this.#parts;
    events.append({ name, uid }, { at: now(), severity: 'normal', reason, message });
    feed.notify(name);
  }

  /** The wish could not be fulfilled now. What runs is still said to run. */
  fails(name: string, error: unknown, retryInMs: number): void {
    const nextRetryAt = this.#parts.now() + retryInMs;
    const reason = isCapsuleError(error) ? error.code : 'INTERNAL';
    const message = error instanceof Error ? error.message : String(error);
    this.#change(name, (record, before) => ({
      ...before,
      phase: before.phase === 'running' || record.desired === 'deleting' ? before.phase : 'failed',
      reason,
      message,
      nextRetryAt,
      ...(before.phase === 'running' ? {} : { observedGeneration: record.generation }),
    }));
  }

  /** Nothing is left to do for a workload: what `fails` said of it is over. */
  fulfils(name: string): void {
    this.#change(name, (_record, before) => statusWhenFulfilled(before));
  }

  #change(
    name: string,
    next: (record: WorkloadRecord, before: WorkloadStatus) => WorkloadStatus,
  ): WorkloadStatus {
    const { db, specs, statuses, events, feed, now } = this.#parts;
    const { status, isNews } = db.transaction(() => {
      const before = statuses.get(name);
      const record = specs.get(name);
      if (record === undefined) return { status: before, isNews: false };
      const after = next(record, before);
      if (after === before) return { status: before, isNews: false };
      statuses.put(name, after);
      const event = describeChange(before, after, now());
      if (event !== undefined) events.append({ name, uid: record.uid }, event);
      return { status: after, isNews: true };
    });
    if (isNews) feed.notify(name);
    return status;
  }
}

function describeChange(
  before: WorkloadStatus,
  after: WorkloadStatus,
  at: number,
): WorkloadEvent | undefined {
  if (before.reason === after.reason && before.message === after.message) {
    if (before.pid === after.pid) return undefined;
  }
  const severity = after.phase === 'failed' ? 'warning' : 'normal';
  return { at, severity, reason: after.reason, message: after.message };
}
