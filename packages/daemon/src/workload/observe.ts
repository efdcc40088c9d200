import {
  type ContainerSeen,
  eventsOfChange,
  type HealthState,
  illegalTransition,
  isAlive,
  pullKey,
  type RolledBack,
  refOfWorkload,
  statusFromSeen,
  statusWhenFulfilled,
  statusWhenOutOfMemory,
  statusWhenProbed,
  statusWhenRefused,
  statusWhenRolledBack,
  statusWhenStarting,
  statusWhenWaiting,
  type WorkloadEvent,
  type WorkloadProgress,
  type WorkloadRecord,
  type WorkloadStatus,
} from '@capsule/core';
import { type BackOff, backOffMs, type Database, type Feed, type Log } from '@capsule/engine';
import type { EventRecorder } from '../event/recorder.ts';
import type { PauseCommands } from '../pause/commands.ts';
import type { WorkloadSpecs } from '../store/workload-specs.ts';
import type { WorkloadStatuses } from '../store/workload-statuses.ts';

/** Between restarts of a workload that ends. */
const RESTART: BackOff = { firstMs: 1_000, mostMs: 5 * 60_000, jitter: 0.2 };

/** How long before an exit the kernel may have told why. */
const OUT_OF_MEMORY_MS = 5_000;

export interface WorkloadObserverParts {
  readonly db: Database;
  readonly specs: WorkloadSpecs;
  readonly statuses: WorkloadStatuses;
  readonly recorder: Pick<EventRecorder, 'append'>;
  readonly pauses: Pick<PauseCommands, 'reasonsOf'>;
  /** Told after every change of what is seen. */
  readonly feed: Feed;
  readonly log: Log;
  readonly now: () => number;
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonicMs: () => number;
}

/** The one writer of status and events. */
export class WorkloadObserver {
  readonly #parts: WorkloadObserverParts;
  /** How far things are: told to whoever watches, and not worth a write to the disk. */
  readonly #progress = new Map<string, WorkloadProgress>();
  readonly #seenAt = new Map<string, number>();
  #lastLook = 0;
  /** Workloads of which this capsuled has begun a start. */
  readonly #begun = new Set<string>();
  /** When, by the monotonic clock, the kernel last told that a workload ran out of memory. */
  readonly #outOfMemory = new Map<string, number>();

  constructor(parts: WorkloadObserverParts) {
    this.#parts = parts;
  }

  /** The stored status, with the progress of what is under way. */
  statusOf(name: string): WorkloadStatus {
    const status = this.#parts.statuses.get(refOfWorkload(name));
    const progress = this.#progress.get(name);
    return progress === undefined ? status : { ...status, progress };
  }

  /** Take one before a look at the runtime, and give it to `recordSeen` with what was found. */
  beginLook(): number {
    this.#lastLook += 1;
    return this.#lastLook;
  }

  /**
   * Writes down what the runtime shows of a workload, if it is news. A look that began before the last
   * one that was written down is older than what is known, and says nothing.
   */
  recordSeen(
    name: string,
    seen: ContainerSeen | undefined,
    look: number = this.beginLook(),
  ): WorkloadStatus {
    if (look < (this.#seenAt.get(name) ?? 0)) return this.#parts.statuses.get(refOfWorkload(name));
    // While a start is under way, what ended is what it takes away; when it is over, it is looked at.
    const isStarting = this.#progress.get(name)?.stage === 'starting';
    if (seen?.task === 'stopped' && isStarting)
      return this.#parts.statuses.get(refOfWorkload(name));
    // The start may be seen to have worked before the call that started it has come back.
    if (seen !== undefined && isAlive(seen.task) && isStarting) this.endProgress(name);
    const { pauses } = this.#parts;
    const now = this.#parts.now();
    const status = this.#change(name, (record, before) =>
      statusFromSeen(record, before, seen, {
        now,
        backOffMs: (streak) => backOffMs(RESTART, streak, Math.random()),
        isNewWatch: !this.#begun.has(name),
        pausedBy: seen?.task === 'paused' ? pauses.reasonsOf(seen.ref) : [],
        isOutOfMemory: this.#isOutOfMemory(name),
      }),
    );
    // A look that the disk refused is not the last one: what an earlier one has found is still news.
    this.#seenAt.set(name, look);
    return status;
  }

  /** A start is about to happen. What somebody asked for is durable before the process starts. */
  recordStart(name: string): void {
    this.#begun.add(name);
    this.#change(name, statusWhenStarting);
  }

  /** The registry was asked for the image of the present run. */
  recordPull(record: WorkloadRecord): void {
    this.#change(record.spec.name, (_now, before) => ({ ...before, pulledFor: pullKey(record) }));
  }

  /** The start has to wait for other workloads. */
  recordWaiting(name: string, waitingFor: readonly string[]): void {
    const { specs } = this.#parts;
    const missing = waitingFor.filter((needed) => {
      const desired = specs.get(needed)?.desired;
      return desired === undefined || desired === 'deleting';
    });
    this.#change(name, (_record, before) => statusWhenWaiting(before, waitingFor, missing));
  }

  /** What the health check of the process `pid` found. */
  recordProbe(
    name: string,
    pid: number,
    found: { readonly health: HealthState; readonly detail: string },
  ): void {
    this.#change(name, (_record, before) => statusWhenProbed(before, pid, found));
  }

  /** The kernel ended a process of the workload for want of memory: the exit comes before or after. */
  recordOutOfMemory(name: string): void {
    const { now, monotonicMs } = this.#parts;
    this.#outOfMemory.set(name, monotonicMs());
    this.#change(name, (_record, before) => statusWhenOutOfMemory(before, now()));
  }

  /** An earlier spec has come back in the place of one that was not ready in time. */
  recordRollback(name: string, rolledBack: RolledBack): void {
    this.#change(name, (_record, before) => statusWhenRolledBack(before, rolledBack));
  }

  /** Work towards the spec goes on. */
  reportProgress(name: string, progress: WorkloadProgress): void {
    this.#progress.set(name, progress);
    this.#parts.feed.notify(name);
  }

  /** The work that `reportProgress` told of is over, whatever came of it. */
  endProgress(name: string): void {
    if (this.#progress.delete(name)) this.#parts.feed.notify(name);
  }

  /** The workload is gone: tell whoever watches. */
  forget(name: string): void {
    this.#progress.delete(name);
    this.#outOfMemory.delete(name);
    this.#begun.delete(name);
    this.#seenAt.delete(name);
    this.#parts.feed.notify(name);
  }

  /** A milestone for the story; no change of status. */
  recordEvent(record: WorkloadRecord, reason: string, message: string): void {
    this.#append(record, { severity: 'normal', reason, message });
  }

  /** Something that somebody should look at; no change of status. */
  recordWarning(record: WorkloadRecord, reason: string, message: string): void {
    this.#append(record, { severity: 'warning', reason, message });
  }

  /** The spec could not be fulfilled now. What runs is still said to run. */
  recordFailure(name: string, error: unknown, retryInMs: number): void {
    const nextRetryAt = this.#parts.now() + retryInMs;
    this.#change(name, (record, before) => statusWhenRefused(record, before, error, nextRetryAt));
  }

  /**
   * Nothing is left to do for a spec: what `recordFailure` said of it is over. Says nothing of a later spec, which may
   * have come while this one was looked at.
   */
  recordConverged({ generation, spec: { name } }: WorkloadRecord): void {
    this.#change(name, (record, before) =>
      record.generation === generation ? statusWhenFulfilled(record, before) : before,
    );
  }

  #append({ uid, spec: { name } }: WorkloadRecord, news: Omit<WorkloadEvent, 'at'>): void {
    const { recorder, feed } = this.#parts;
    recorder.append({ name, uid }, news);
    feed.notify(name);
  }

  #isOutOfMemory(name: string): boolean {
    const toldAt = this.#outOfMemory.get(name);
    return toldAt !== undefined && this.#parts.monotonicMs() - toldAt < OUT_OF_MEMORY_MS;
  }

  #change(
    name: string,
    next: (record: WorkloadRecord, before: WorkloadStatus) => WorkloadStatus,
  ): WorkloadStatus {
    const { db, specs, statuses, recorder, feed } = this.#parts;
    const { status, isNews } = db.transaction(() => {
      const before = statuses.get(refOfWorkload(name));
      const record = specs.get(name);
      if (record === undefined) return { status: before, isNews: false };
      const after = next(record, before);
      if (after === before) return { status: before, isNews: false };
      this.#checkTransition(name, before, after);
      statuses.put(record.ref, after);
      for (const news of eventsOfChange(record, before, after)) {
        recorder.append({ name, uid: record.uid }, news);
      }
      return { status: after, isNews: true };
    });
    if (isNews) feed.notify(name);
    return status;
  }

  /** What is seen is true, whatever the table says: that it names no such transition is a fault of the program. */
  #checkTransition(name: string, before: WorkloadStatus, after: WorkloadStatus): void {
    const problem = illegalTransition(before.reason, after.reason);
    if (problem === undefined) return;
    const [from, to] = [before.reason, after.reason];
    this.#parts.log.error('status changed as it never does', { name, from, to, problem });
  }
}
