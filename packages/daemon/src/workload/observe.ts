import {
  type ContainerRecord,
  type ContainerRef,
  type ContainerSeen,
  cellKey,
  cellOfWorkload,
  containerKey,
  eventsOfChange,
  type HealthState,
  illegalTransition,
  isAlive,
  nameOfContainer,
  pullKey,
  type RolledBack,
  statusFromSeen,
  statusWhenFulfilled,
  statusWhenOutOfMemory,
  statusWhenProbed,
  statusWhenRefused,
  statusWhenRolledBack,
  statusWhenSettled,
  statusWhenStarting,
  statusWhenWaiting,
  type WorkloadEvent,
  type WorkloadProgress,
  type WorkloadStatus,
} from '@capsule/core';
import { type BackOff, backOffMs, type Database, type Feed, type Log } from '@capsule/engine';
import type { EventRecorder } from '../event/recorder.ts';
import type { PauseCommands } from '../pause/commands.ts';
import type { Cells } from '../store/cells.ts';
import type { WorkloadStatuses } from '../store/workload-statuses.ts';

/** Between restarts of a workload that ends. */
const RESTART: BackOff = { firstMs: 1_000, mostMs: 5 * 60_000, jitter: 0.2 };

/** How long before an exit the kernel may have told why. */
const OUT_OF_MEMORY_MS = 5_000;

export interface WorkloadObserverParts {
  readonly db: Database;
  readonly cells: Pick<Cells, 'get' | 'container'>;
  readonly statuses: WorkloadStatuses;
  readonly recorder: Pick<EventRecorder, 'append'>;
  readonly pauses: Pick<PauseCommands, 'reasonsOf'>;
  /** Told after every change of what is seen. */
  readonly feed: Feed;
  readonly log: Log;
  readonly now: () => number;
  /** Milliseconds of the monotonic clock. */
  readonly monotonicMs: () => number;
}

/** Of which container something is recorded, and of which of those that had its name. */
type Subject = Pick<ContainerRecord, 'ref' | 'uid'>;

/** The one writer of status and events, by container. */
export class WorkloadObserver {
  readonly #parts: WorkloadObserverParts;
  /** How far things are: told to whoever watches, and not worth a write to the disk. */
  readonly #progress = new Map<string, WorkloadProgress>();
  readonly #seenAt = new Map<string, number>();
  #lastLook = 0;
  /** Containers of which this capsuled has begun a start. */
  readonly #begun = new Set<string>();
  /** When, by the monotonic clock, the kernel last told that a container ran out of memory. */
  readonly #outOfMemory = new Map<string, number>();

  constructor(parts: WorkloadObserverParts) {
    this.#parts = parts;
  }

  /** The stored status, with the progress of what is under way. */
  statusOf(ref: ContainerRef): WorkloadStatus {
    const status = this.#parts.statuses.get(ref);
    const progress = this.#progress.get(containerKey(ref));
    return progress === undefined ? status : { ...status, progress };
  }

  /** Take one before a look at the runtime, and give it to `recordSeen` with what was found. */
  beginLook(): number {
    this.#lastLook += 1;
    return this.#lastLook;
  }

  /**
   * Writes down what the runtime shows of a container, if it is news. A look that began before the last
   * one that was written down is older than what is known, and says nothing.
   */
  recordSeen(
    ref: ContainerRef,
    seen: ContainerSeen | undefined,
    look: number = this.beginLook(),
  ): WorkloadStatus {
    if (look < (this.#seenAt.get(containerKey(ref)) ?? 0)) return this.#parts.statuses.get(ref);
    // While a start is under way, what ended is what it takes away; when it is over, it is looked at.
    const isStarting = this.#progress.get(containerKey(ref))?.stage === 'starting';
    if (seen?.task === 'stopped' && isStarting) return this.#parts.statuses.get(ref);
    // The start may be seen to have worked before the call that started it has come back.
    if (seen !== undefined && isAlive(seen.task) && isStarting) this.endProgress(ref);
    const { pauses } = this.#parts;
    const now = this.#parts.now();
    const status = this.#change(ref, (record, before) =>
      statusFromSeen(record, before, seen, {
        now,
        backOffMs: (streak) => backOffMs(RESTART, streak, Math.random()),
        isNewWatch: !this.#begun.has(containerKey(ref)),
        pausedBy: seen?.task === 'paused' ? pauses.reasonsOf(seen.ref) : [],
        isOutOfMemory: this.#isOutOfMemory(ref),
      }),
    );
    // A look that the disk refused is not the last one: what an earlier one has found is still news.
    this.#seenAt.set(containerKey(ref), look);
    return status;
  }

  /** A start is about to happen. What somebody asked for is durable before the process starts. */
  recordStart(ref: ContainerRef): void {
    this.#begun.add(containerKey(ref));
    this.#change(ref, statusWhenStarting);
  }

  /** The registry was asked for the image of the present run. */
  recordPull(record: ContainerRecord): void {
    this.#change(record.ref, (_now, before) => ({ ...before, pulledFor: pullKey(record) }));
  }

  /** The start has to wait for other workloads. */
  recordWaiting(ref: ContainerRef, waitingFor: readonly string[]): void {
    const { cells } = this.#parts;
    const missing = waitingFor.filter((needed) => {
      const desired = cells.get(cellOfWorkload(needed))?.desired;
      return desired === undefined || desired === 'deleting';
    });
    this.#change(ref, (_record, before) => statusWhenWaiting(before, waitingFor, missing));
  }

  /** What the health check of the process `pid` found. */
  recordProbe(
    ref: ContainerRef,
    pid: number,
    found: { readonly health: HealthState; readonly detail: string },
  ): void {
    this.#change(ref, (_record, before) => statusWhenProbed(before, pid, found));
  }

  /** The process `pid` has stayed up for its `minReadySeconds`. */
  recordSettled(ref: ContainerRef, pid: number): void {
    this.#change(ref, (_record, before) => statusWhenSettled(before, pid));
  }

  /** The kernel ended a process of the workload for want of memory: the exit comes before or after. */
  recordOutOfMemory(ref: ContainerRef): void {
    const { now, monotonicMs } = this.#parts;
    this.#outOfMemory.set(containerKey(ref), monotonicMs());
    this.#change(ref, (_record, before) => statusWhenOutOfMemory(before, now()));
  }

  /** An earlier spec has come back in the place of one that was not ready in time. */
  recordRollback(ref: ContainerRef, rolledBack: RolledBack): void {
    this.#change(ref, (_record, before) => statusWhenRolledBack(before, rolledBack));
  }

  /** Work towards the spec goes on. */
  reportProgress(ref: ContainerRef, progress: WorkloadProgress): void {
    this.#progress.set(containerKey(ref), progress);
    this.#parts.feed.notify(cellKey(ref.cell));
  }

  /** The work that `reportProgress` told of is over, whatever came of it. */
  endProgress(ref: ContainerRef): void {
    if (this.#progress.delete(containerKey(ref))) this.#parts.feed.notify(cellKey(ref.cell));
  }

  /** The container is gone: tell whoever watches. */
  forget(ref: ContainerRef): void {
    this.#progress.delete(containerKey(ref));
    this.#outOfMemory.delete(containerKey(ref));
    this.#begun.delete(containerKey(ref));
    this.#seenAt.delete(containerKey(ref));
    this.#parts.feed.notify(cellKey(ref.cell));
  }

  /** A milestone for the story; no change of status. */
  recordEvent(record: Subject, reason: string, message: string): void {
    this.#append(record, { severity: 'normal', reason, message });
  }

  /** Something that somebody should look at; no change of status. */
  recordWarning(record: Subject, reason: string, message: string): void {
    this.#append(record, { severity: 'warning', reason, message });
  }

  /** Reconciling failed; a running workload keeps the phase `running`. */
  recordFailure(ref: ContainerRef, error: unknown, retryInMs: number): void {
    const nextRetryAt = this.#parts.now() + retryInMs;
    this.#change(ref, (record, before) => statusWhenRefused(record, before, error, nextRetryAt));
  }

  /**
   * Nothing is left to do for a spec: what `recordFailure` said of it is over. Says nothing of a later spec, which may
   * have come while this one was looked at.
   */
  recordConverged({ generation, ref }: ContainerRecord): void {
    this.#change(ref, (record, before) =>
      record.generation === generation ? statusWhenFulfilled(record, before) : before,
    );
  }

  #append({ uid, ref }: Subject, news: Omit<WorkloadEvent, 'at'>): void {
    const { recorder, feed } = this.#parts;
    recorder.append({ subject: containerKey(ref), uid }, news);
    feed.notify(cellKey(ref.cell));
  }

  #isOutOfMemory(ref: ContainerRef): boolean {
    const toldAt = this.#outOfMemory.get(containerKey(ref));
    return toldAt !== undefined && this.#parts.monotonicMs() - toldAt < OUT_OF_MEMORY_MS;
  }

  #change(
    ref: ContainerRef,
    next: (record: ContainerRecord, before: WorkloadStatus) => WorkloadStatus,
  ): WorkloadStatus {
    const { db, cells, statuses, recorder, feed } = this.#parts;
    const { status, isNews } = db.transaction(() => {
      const before = statuses.get(ref);
      const record = cells.container(ref);
      if (record === undefined) return { status: before, isNews: false };
      const after = next(record, before);
      if (after === before) return { status: before, isNews: false };
      this.#checkTransition(ref, before, after);
      statuses.put(ref, after);
      for (const news of eventsOfChange(record, before, after)) {
        recorder.append({ subject: containerKey(ref), uid: record.uid }, news);
      }
      return { status: after, isNews: true };
    });
    if (isNews) feed.notify(cellKey(ref.cell));
    return status;
  }

  /** What is seen is true, whatever the table says: that it names no such transition is a fault of the program. */
  #checkTransition(ref: ContainerRef, before: WorkloadStatus, after: WorkloadStatus): void {
    const problem = illegalTransition(before.reason, after.reason);
    if (problem === undefined) return;
    const name = nameOfContainer(ref);
    const [from, to] = [before.reason, after.reason];
    this.#parts.log.error('status changed as it never does', { name, from, to, problem });
  }
}
