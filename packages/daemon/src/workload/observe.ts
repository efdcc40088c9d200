import {
  type CellId,
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
  isRunOver,
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
  stoppedWithRoot,
  type WorkloadEvent,
  type WorkloadProgress,
  type WorkloadStatus,
} from '@capsule/core';
import { type BackOff, backOffMs, type Database, type Feed, type Log } from '@capsule/engine';
import type { EventRecorder } from '../event/recorder.ts';
import type { PauseCommands } from '../pause/commands.ts';
import type { Cells } from '../store/cells.ts';
import type { WorkloadStatuses } from '../store/workload-statuses.ts';

/** Back-off between restarts of a workload that ends. */
const RESTART: BackOff = { firstMs: 1_000, mostMs: 5 * 60_000, jitter: 0.2 };

/** Longest time between the kernel's report and the exit that it explains. */
const OUT_OF_MEMORY_MS = 5_000;

export interface WorkloadObserverParts {
  readonly db: Database;
  readonly cells: Pick<Cells, 'get' | 'container'>;
  readonly statuses: WorkloadStatuses;
  readonly recorder: Pick<EventRecorder, 'append'>;
  readonly pauses: Pick<PauseCommands, 'reasonsOf'>;
  /** Notified after every change of an observed status. */
  readonly feed: Feed;
  readonly log: Log;
  readonly now: () => number;
  /** Milliseconds of the monotonic clock. */
  readonly monotonicMs: () => number;
}

/** A container and its identity, which distinguishes it from others that had its name. */
type Subject = Pick<ContainerRecord, 'ref' | 'uid'>;

/** Stores observed statuses and events of containers; no other code does. */
export class WorkloadObserver {
  readonly #parts: WorkloadObserverParts;
  /** Progress of work: sent to watchers, but not worth a write to the disk. */
  readonly #progress = new Map<string, WorkloadProgress>();
  readonly #seenAt = new Map<string, number>();
  #lastLook = 0;
  /** Containers whose start this capsuled has begun. */
  readonly #begun = new Set<string>();
  /** When the kernel last reported that a container ran out of memory, by the monotonic clock. */
  readonly #outOfMemory = new Map<string, number>();

  constructor(parts: WorkloadObserverParts) {
    this.#parts = parts;
  }

  /** Returns the stored status with the progress of present work. */
  statusOf(ref: ContainerRef): WorkloadStatus {
    const status = this.#parts.statuses.get(ref);
    const progress = this.#progress.get(containerKey(ref));
    return progress === undefined ? status : { ...status, progress };
  }

  /**
   * Returns a number to take before an inspection of the runtime and to pass to `recordSeen` with
   * the result.
   */
  beginLook(): number {
    this.#lastLook += 1;
    return this.#lastLook;
  }

  /**
   * Stores the observed state of a container if it has changed. Ignores an inspection that began
   * before the last stored one.
   */
  recordSeen(
    ref: ContainerRef,
    seen: ContainerSeen | undefined,
    look: number = this.beginLook(),
  ): WorkloadStatus {
    if (look < (this.#seenAt.get(containerKey(ref)) ?? 0)) return this.#parts.statuses.get(ref);
    // During a start, a stopped task is the old one that the start removes; the end of the start
    // triggers an inspection.
    const isStarting = this.#progress.get(containerKey(ref))?.stage === 'starting';
    if (seen?.task === 'stopped' && isStarting) return this.#parts.statuses.get(ref);
    // An inspection may show the new task before the call that started it returns.
    if (seen !== undefined && isAlive(seen.task) && isStarting) this.endProgress(ref);
    const { pauses } = this.#parts;
    const now = this.#parts.now();
    const status = this.#change(ref, (record, before) =>
      statusFromSeen(this.#asDesired(record), before, seen, {
        now,
        backOffMs: (streak) => backOffMs(restartBackOff(record), streak, Math.random()),
        isNewWatch: !this.#begun.has(containerKey(ref)),
        pausedBy: seen?.task === 'paused' ? pauses.reasonsOf(seen.ref) : [],
        isOutOfMemory: this.#isOutOfMemory(ref),
      }),
    );
    // An inspection counts only once it is stored: if the disk refuses it, an earlier result is
    // still valid.
    this.#seenAt.set(containerKey(ref), look);
    return status;
  }

  /**
   * Records that a start is about to happen. The request for it is durable before the process
   * starts.
   */
  recordStart(ref: ContainerRef): void {
    this.#begun.add(containerKey(ref));
    this.#change(ref, statusWhenStarting);
  }

  /** Records that the registry was asked for the image of the present run. */
  recordPull(record: ContainerRecord): void {
    this.#change(record.ref, (_now, before) => ({ ...before, pulledFor: pullKey(record) }));
  }

  /** Records that the start waits for other workloads. */
  recordWaiting(ref: ContainerRef, waitingFor: readonly string[]): void {
    const { cells } = this.#parts;
    const missing = waitingFor.filter((needed) => {
      const desired = cells.get(cellOfWorkload(needed))?.desired;
      return desired === undefined || desired === 'deleting';
    });
    this.#change(ref, (_record, before) => statusWhenWaiting(before, waitingFor, missing));
  }

  /** Records the result of a health check of the process `pid`. */
  recordProbe(
    ref: ContainerRef,
    pid: number,
    found: { readonly health: HealthState; readonly detail: string },
  ): void {
    this.#change(ref, (_record, before) => statusWhenProbed(before, pid, found));
  }

  /** Records that the process `pid` has stayed up for its `minReadySeconds`. */
  recordSettled(ref: ContainerRef, pid: number): void {
    this.#change(ref, (_record, before) => statusWhenSettled(before, pid));
  }

  /**
   * Records that the kernel killed a process of the workload for lack of memory; the exit comes
   * before or after.
   */
  recordOutOfMemory(ref: ContainerRef): void {
    const { now, monotonicMs } = this.#parts;
    this.#outOfMemory.set(containerKey(ref), monotonicMs());
    this.#change(ref, (record, before) => statusWhenOutOfMemory(record, before, now()));
  }

  /** Records that an earlier spec replaced one that was not ready in time. */
  recordRollback(ref: ContainerRef, rolledBack: RolledBack): void {
    this.#change(ref, (_record, before) => statusWhenRolledBack(before, rolledBack));
  }

  /** Reports progress of the work towards the spec. */
  reportProgress(ref: ContainerRef, progress: WorkloadProgress): void {
    this.#progress.set(containerKey(ref), progress);
    this.#parts.feed.notify(cellKey(ref.cell));
  }

  /** Ends the progress of `reportProgress`, whatever the result of the work. */
  endProgress(ref: ContainerRef): void {
    if (this.#progress.delete(containerKey(ref))) this.#parts.feed.notify(cellKey(ref.cell));
  }

  /** Discards all state of a container that is gone, and notifies watchers. */
  forget(ref: ContainerRef): void {
    this.#progress.delete(containerKey(ref));
    this.#outOfMemory.delete(containerKey(ref));
    this.#begun.delete(containerKey(ref));
    this.#seenAt.delete(containerKey(ref));
    this.#parts.feed.notify(cellKey(ref.cell));
  }

  /** Notifies watchers that a cell has come or gone: an empty one has no container that would. */
  noteCell(cell: CellId): void {
    this.#parts.feed.notify(cellKey(cell));
  }

  /** Stores an event without a change of status. */
  recordEvent(record: Subject, reason: string, message: string): void {
    this.#append(record, { severity: 'normal', reason, message });
  }

  /** Stores a warning for an operator without a change of status. */
  recordWarning(record: Subject, reason: string, message: string): void {
    this.#append(record, { severity: 'warning', reason, message });
  }

  /** Records a failed reconcile; a running workload keeps the phase `running`. */
  recordFailure(ref: ContainerRef, error: unknown, retryInMs: number): void {
    const nextRetryAt = this.#parts.now() + retryInMs;
    this.#change(ref, (record, before) => statusWhenRefused(record, before, error, nextRetryAt));
  }

  /**
   * Records that nothing is left to do for a spec, which ends the effect of `recordFailure`.
   * Ignored if a later spec was stored meanwhile.
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

  /** A sibling is to stop when its root has ended for good. */
  #asDesired(record: ContainerRecord): ContainerRecord {
    const { cells, statuses } = this.#parts;
    const root = record.role === 'sibling' ? cells.get(record.ref.cell)?.containers[0] : undefined;
    if (root === undefined || !isRunOver(root, statuses.get(root.ref))) return record;
    return stoppedWithRoot(record);
  }

  #isOutOfMemory(ref: ContainerRef): boolean {
    const reportedAt = this.#outOfMemory.get(containerKey(ref));
    return reportedAt !== undefined && this.#parts.monotonicMs() - reportedAt < OUT_OF_MEMORY_MS;
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

  /**
   * Logs a transition that the table lacks. The observed state is stored in any case: the gap is a
   * bug.
   */
  #checkTransition(ref: ContainerRef, before: WorkloadStatus, after: WorkloadStatus): void {
    const problem = illegalTransition(before.reason, after.reason);
    if (problem === undefined) return;
    const name = nameOfContainer(ref);
    const [from, to] = [before.reason, after.reason];
    this.#parts.log.error('unexpected change of status', { name, from, to, problem });
  }
}

function restartBackOff({ spec: { restartBackoffSeconds } }: ContainerRecord): BackOff {
  return restartBackoffSeconds === undefined
    ? RESTART
    : { ...RESTART, firstMs: restartBackoffSeconds * 1000 };
}
