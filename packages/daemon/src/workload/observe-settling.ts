import {
  type CellId,
  type ContainerRecord,
  type ContainerRuntime,
  cellKey,
  containerKey,
  nameOfContainer,
} from '@capsule/core';
import type { Log } from '@capsule/engine';
import type { Cells } from '../store/cells.ts';
import type { WorkloadObserver } from './observe.ts';

/** Back-off after a failure to inspect the process or to store the result. */
const RETRY_MS = 1_000;

export interface SettleMonitorParts {
  readonly cells: Pick<Cells, 'get'>;
  readonly observer: Pick<
    WorkloadObserver,
    'statusOf' | 'beginLook' | 'recordSeen' | 'recordSettled'
  >;
  readonly runtime: Pick<ContainerRuntime, 'inspect'>;
  readonly log: Log;
  /** Milliseconds since 1970, as in a status. */
  readonly now: () => number;
  /** Milliseconds of the monotonic clock. */
  readonly monotonicMs: () => number;
}

interface Watch {
  readonly cell: CellId;
  readonly pid: number;
  /** When the process started, by the monotonic clock. */
  readonly startedAt: number;
  readonly timer: NodeJS.Timeout;
}

/**
 * Records for each container without a health check that its process has stayed up for
 * `minReadySeconds`.
 */
export class SettleMonitor implements AsyncDisposable {
  readonly #parts: SettleMonitorParts;
  /** By the key of the container. */
  readonly #watches = new Map<string, Watch>();
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  constructor(parts: SettleMonitorParts) {
    this.#parts = parts;
  }

  /**
   * Starts, continues or ends to watch the containers of a cell, by their specs and statuses.
   * Idempotent.
   */
  follow(cell: CellId): void {
    const containers = this.#parts.cells.get(cell)?.containers ?? [];
    const present = new Set(containers.map(({ ref }) => containerKey(ref)));
    for (const [key, watch] of this.#watches) {
      if (cellKey(watch.cell) === cellKey(cell) && !present.has(key)) this.#end(key);
    }
    for (const container of containers) this.#follow(container);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    for (const key of [...this.#watches.keys()]) this.#end(key);
    await Promise.all(this.#running);
  }

  #follow(record: ContainerRecord): void {
    const { settling, pid } = this.#parts.observer.statusOf(record.ref);
    const key = containerKey(record.ref);
    const before = this.#watches.get(key);
    this.#end(key);
    if (settling !== true || pid === undefined) return;
    const startedAt = before?.pid === pid ? before.startedAt : this.#startOf(record);
    const settledAt = startedAt + record.spec.minReadySeconds * 1000;
    this.#arm(record, { pid, startedAt }, settledAt - this.#parts.monotonicMs());
  }

  #end(key: string): void {
    clearTimeout(this.#watches.get(key)?.timer);
    this.#watches.delete(key);
  }

  /**
   * A capsuled that started after the process knows its start only by the wall clock, which may be
   * wrong.
   */
  #startOf({ ref }: ContainerRecord): number {
    const { observer, now, monotonicMs } = this.#parts;
    const ranMs = now() - (observer.statusOf(ref).startedAt ?? now());
    return monotonicMs() - Math.max(ranMs, 0);
  }

  #arm(record: ContainerRecord, process: Pick<Watch, 'pid' | 'startedAt'>, afterMs: number): void {
    const { cell } = record.ref;
    const work = () => {
      const judging = this.#judge(record, process).finally(() => this.#running.delete(judging));
      this.#running.add(judging);
    };
    const timer = setTimeout(work, Math.max(afterMs, 0));
    this.#watches.set(containerKey(record.ref), { cell, ...process, timer });
  }

  /** The process may have ended just now, so it is inspected once more. */
  async #judge(record: ContainerRecord, process: Pick<Watch, 'pid' | 'startedAt'>): Promise<void> {
    const { observer, runtime, log } = this.#parts;
    const { ref } = record;
    try {
      const begun = observer.beginLook();
      const seen = await runtime.inspect(ref, this.#stop.signal);
      observer.recordSeen(ref, seen, begun);
      observer.recordSettled(ref, process.pid);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      log.warn('settling of the workload not recorded', { name: nameOfContainer(ref), error });
      this.#arm(record, process, RETRY_MS);
    }
  }
}
