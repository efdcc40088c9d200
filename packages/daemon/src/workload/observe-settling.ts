import type { ContainerRuntime, WorkloadRecord } from '@capsule/core';
import type { Log } from '@capsule/engine';
import type { WorkloadSpecs } from '../store/workload-specs.ts';
import type { WorkloadObserver } from './observe.ts';

/** After a failure to look at the process or to store what was seen. */
const RETRY_MS = 1_000;

export interface SettleMonitorParts {
  readonly specs: Pick<WorkloadSpecs, 'get'>;
  readonly observer: Pick<
    WorkloadObserver,
    'statusOf' | 'beginLook' | 'recordSeen' | 'recordSettled'
  >;
  readonly runtime: Pick<ContainerRuntime, 'inspect'>;
  readonly log: Log;
  /** Milliseconds since 1970, as in a status. */
  readonly now: () => number;
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonicMs: () => number;
}

interface Watch {
  readonly pid: number;
  /** When the process started, by the monotonic clock. */
  readonly startedAt: number;
  readonly timer: NodeJS.Timeout;
}

/** Notes of each workload without a health check when its process has stayed up for `minReadySeconds`. */
export class SettleMonitor implements AsyncDisposable {
  readonly #parts: SettleMonitorParts;
  readonly #watches = new Map<string, Watch>();
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  constructor(parts: SettleMonitorParts) {
    this.#parts = parts;
  }

  /** Begins, goes on or ends to watch a workload, by its present spec and status. Idempotent. */
  follow(name: string): void {
    const record = this.#parts.specs.get(name);
    const { settling, pid } = this.#parts.observer.statusOf(name);
    const before = this.#watches.get(name);
    clearTimeout(before?.timer);
    this.#watches.delete(name);
    if (record === undefined || settling !== true || pid === undefined) return;
    const startedAt = before?.pid === pid ? before.startedAt : this.#startOf(record);
    const settledAt = startedAt + record.spec.minReadySeconds * 1000;
    this.#arm(record, { pid, startedAt }, settledAt - this.#parts.monotonicMs());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    for (const { timer } of this.#watches.values()) clearTimeout(timer);
    this.#watches.clear();
    await Promise.all(this.#running);
  }

  /** A capsuled that was started after the process knows the start by the clock on the wall only, which may be wrong. */
  #startOf({ spec: { name } }: WorkloadRecord): number {
    const { observer, now, monotonicMs } = this.#parts;
    const ranMs = now() - (observer.statusOf(name).startedAt ?? now());
    return monotonicMs() - Math.max(ranMs, 0);
  }

  #arm(record: WorkloadRecord, watch: Omit<Watch, 'timer'>, afterMs: number): void {
    const { name } = record.spec;
    const work = () => {
      const judging = this.#judge(record, watch).finally(() => this.#running.delete(judging));
      this.#running.add(judging);
    };
    this.#watches.set(name, { ...watch, timer: setTimeout(work, Math.max(afterMs, 0)) });
  }

  /** The process may have ended just now: it is looked at once more. */
  async #judge(record: WorkloadRecord, watch: Omit<Watch, 'timer'>): Promise<void> {
    const { observer, runtime, log } = this.#parts;
    const { name } = record.spec;
    try {
      const begun = observer.beginLook();
      const seen = await runtime.inspect(record.ref, this.#stop.signal);
      observer.recordSeen(name, seen, begun);
      observer.recordSettled(name, watch.pid);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      log.warn('workload not seen to settle', { name, error });
      this.#arm(record, watch, RETRY_MS);
    }
  }
}
