import {
  type CellId,
  causeFromMessage,
  cellKey,
  describeWorkloadChange,
  isCapsuleError,
  isRunOver,
  isUp,
  nameOfCell,
  type WorkloadRecord,
  type WorkloadSpec,
  type WorkloadStatus,
} from '@capsule/core';
import type { Log } from '@capsule/engine';
import type { Cells } from '../store/cells.ts';
import type { GoodSpecs } from '../store/good-specs.ts';
import { rootOfRecord } from './admission/claims.ts';
import type { WorkloadObserver } from './observe.ts';

/** A program without a health check counts as good when it has run this long, or its `minReadySeconds` if longer. */
const STABLE_MS = 10_000;

export interface UpdateGuardParts {
  readonly cells: Pick<Cells, 'get'>;
  readonly goods: GoodSpecs;
  /** Restores an earlier spec. Returns undefined if the present one is another one by now. Fails as an apply. */
  readonly rollBack: (failed: WorkloadRecord, good: WorkloadSpec) => WorkloadRecord | undefined;
  readonly observer: WorkloadObserver;
  readonly log: Log;
  /** Milliseconds of the monotonic clock. */
  readonly monotonicMs: () => number;
  /** How long a program without a health check has to run; for tests. */
  readonly stableMs?: number;
}

interface Trial {
  readonly uid: string;
  readonly generation: number;
  readonly begunAt: number;
  /** Since when the workload has been up without interruption. */
  upAt: number | undefined;
  /** Restart count of the workload at the start of the trial. */
  readonly restartCount: number;
  /** How its last process ended, if one did. */
  lastEnd: string | undefined;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Stores the last ready spec of each workload and of the root of each cell, and restores it when a later one with
 * `updatePolicy: rollback` is not ready in time. This process counts the time: after a restart of capsuled a
 * changed workload gets its whole time again.
 */
export class UpdateGuard implements Disposable {
  readonly #parts: UpdateGuardParts;
  /** By the key of the cell. */
  readonly #trials = new Map<string, Trial>();

  constructor(parts: UpdateGuardParts) {
    this.#parts = parts;
  }

  /** Judges a workload: after every change of its cell, and by its own timers. Never throws. */
  look(cell: CellId): void {
    const { cells, goods, observer, log } = this.#parts;
    try {
      const record = rootOfRecord(cells.get(cell));
      const good = record && goods.get(record)?.generation;
      if (record?.desired !== 'running' || good === record.generation) this.#end(cellKey(cell));
      else this.#judge(record, observer.statusOf(record.ref));
    } catch (error) {
      log.warn('update not checked', { name: nameOfCell(cell), error });
    }
  }

  [Symbol.dispose](): void {
    for (const key of [...this.#trials.keys()]) this.#end(key);
  }

  #judge(record: WorkloadRecord, status: WorkloadStatus): void {
    const { goods, monotonicMs } = this.#parts;
    const { cell } = record.ref;
    const trial = this.#trialOf(record, status);
    const now = monotonicMs();
    const isCurrent = status.observedGeneration === record.generation;
    const hasEnded = status.reason === 'BackOff' || status.reason === 'Failed';
    if (isCurrent && hasEnded) trial.lastEnd = status.message;
    const isDone = isRunOver(record, status) && status.reason === 'Completed';
    trial.upAt = isCurrent && isUp(status) ? (trial.upAt ?? now) : undefined;
    const goodIn = trial.upAt === undefined ? undefined : this.#goodIn(record, now - trial.upAt);
    if ((isCurrent && isDone) || (goodIn !== undefined && goodIn <= 0)) {
      goods.put(record);
      this.#end(cellKey(cell));
    } else if (goodIn !== undefined) {
      this.#lookIn(cell, trial, goodIn);
    } else if (this.#canRollBack(record)) {
      const lateIn = trial.begunAt + record.spec.updateTimeoutSeconds * 1000 - now;
      if (lateIn > 0) this.#lookIn(cell, trial, lateIn);
      else this.#rollBack(record, describeLateness(trial, status));
    }
  }

  /** Returns how much longer the workload has to run. A passing health check is enough. */
  #goodIn({ spec }: WorkloadRecord, upMs: number): number {
    if (spec.healthCheck !== undefined) return 0;
    return Math.max(this.#parts.stableMs ?? STABLE_MS, spec.minReadySeconds * 1000) - upMs;
  }

  #canRollBack(record: WorkloadRecord): boolean {
    if (record.spec.updatePolicy !== 'rollback') return false;
    const good = this.#parts.goods.get(record);
    if (good === undefined) return false;
    // A workload that got a sibling has another name since.
    const earlier = { ...good.spec, name: record.spec.name };
    return describeWorkloadChange(earlier, record.spec).length > 0;
  }

  #rollBack(record: WorkloadRecord, why: string): void {
    const { goods, rollBack, observer } = this.#parts;
    const good = goods.get(record);
    // In any case the workload gets its whole time again before the next try.
    this.#end(cellKey(record.ref.cell));
    const back = good && this.#attempt(record, () => rollBack(record, good.spec));
    if (back === undefined) return;
    const rolledBack = { from: record.generation, to: back.generation, why };
    observer.recordRollback(record.ref, rolledBack);
  }

  /**
   * A refused rollback becomes an event of the workload; the next try comes after the time is over
   * again.
   */
  #attempt<T>(record: WorkloadRecord, rollBack: () => T): T | undefined {
    try {
      return rollBack();
    } catch (error) {
      if (!isCapsuleError(error)) throw error;
      this.#parts.observer.recordWarning(record, 'RollbackRefused', error.message);
      const { ref, spec } = record;
      const trial = this.#trialOf(record, this.#parts.observer.statusOf(ref));
      this.#lookIn(ref.cell, trial, spec.updateTimeoutSeconds * 1000);
      return undefined;
    }
  }

  #lookIn(cell: CellId, trial: Trial, afterMs: number): void {
    clearTimeout(trial.timer);
    trial.timer = setTimeout(() => this.look(cell), afterMs);
  }

  #trialOf({ uid, generation, ref }: WorkloadRecord, { restartCount }: WorkloadStatus): Trial {
    const key = cellKey(ref.cell);
    const known = this.#trials.get(key);
    if (known?.uid === uid && known.generation === generation) return known;
    this.#end(key);
    const begunAt = this.#parts.monotonicMs();
    const nothing = { upAt: undefined, lastEnd: undefined, timer: undefined };
    const trial = { uid, generation, begunAt, restartCount, ...nothing };
    this.#trials.set(key, trial);
    return trial;
  }

  #end(key: string): void {
    clearTimeout(this.#trials.get(key)?.timer);
    this.#trials.delete(key);
  }
}

/** A restarted program hides the end of its last process behind the state of the present one. */
function describeLateness(
  { lastEnd, restartCount }: Trial,
  { phase, message, restartCount: now }: WorkloadStatus,
): string {
  if (lastEnd === undefined) return message;
  const times = now - restartCount > 1 ? ` (${now - restartCount} times)` : '';
  const end = `${causeFromMessage(lastEnd)}${times}`;
  return phase === 'running' ? `${end}; now ${message}` : end;
}
