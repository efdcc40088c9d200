import {
  type ContainerSeen,
  cellKey,
  cellOfWorkload,
  type RuntimeEvent,
  type Workload,
  type WorkloadRecord,
  workloadRevision,
} from '@capsule/core';
import { type Feed, KeyedQueue, type Log } from '@capsule/engine';
import { watchRuntime } from './runtime-watch.ts';
import { reconcileWorkload } from './workload-reconcile.ts';
import { createWorkloadSteps, type WorkloadStepParts } from './workload-steps.ts';

/** Between failures of one workload's bring-up. */
const BACK_OFF = { firstMs: 500, mostMs: 60_000, jitter: 0.2 };
/** Between two looks at everything without any event: the safety net. */
const RESYNC_MS = 60_000;

export interface WorkloadControllerParts extends WorkloadStepParts {
  readonly feed: Feed;
  readonly log: Log;
  readonly concurrency: number;
  readonly now: () => number;
}

/** Leads all workloads to their wishes: on every wish, on every event, and now and then. */
export class WorkloadController {
  readonly #parts: WorkloadControllerParts;
  readonly #queue: KeyedQueue;
  readonly #stop = new AbortController();
  #watching: Promise<void> = Promise.resolve();
  #resync: NodeJS.Timeout | undefined;

  constructor(parts: WorkloadControllerParts) {
    this.#parts = parts;
    const runStep = createWorkloadSteps(parts);
    this.#queue = new KeyedQueue({
      concurrency: parts.concurrency,
      backOff: BACK_OFF,
      run: (name, turn) => reconcileWorkload(name, parts, runStep, turn),
      onFailure: (name, error, retryInMs) => {
        parts.log.warn('workload not as wished', { name, error, retryInMs });
        this.#noteFailure(name, error, retryInMs);
      },
    });
  }

  start(): void {
    const { runtime, log } = this.#parts;
    this.#watching = watchRuntime(
      {
        runtime,
        log,
        retryMs: 250,
        onEvent: (event) => this.#handle(event),
        onGap: () => this.#wakeAll(),
      },
      this.#stop.signal,
    );
    this.#resync = setInterval(() => void this.#wakeStrays(), RESYNC_MS);
  }

  /** The wish of a workload changed. */
  renew(name: string): void {
    this.#queue.renew(name);
  }

  /**
   * Resolves with true when the workload is gone, with false when `signal` aborts before. Idempotent.
   */
  async gone(name: string, signal: AbortSignal): Promise<boolean> {
    const { specs, feed } = this.#parts;
    const changes = feed.changes(signal);
    const uid = specs.get(name)?.uid;
    while (uid !== undefined && specs.get(name)?.uid === uid) {
      if ((await changes.next()).done === true) return false;
    }
    await changes.return(undefined);
    return true;
  }

  describe(record: WorkloadRecord): Workload {
    const { observer, addresses } = this.#parts;
    const address = addresses.get(record.spec.name);
    const status = observer.statusOf(record.spec.name);
    return { ...record, status: address === undefined ? status : { ...status, address } };
  }

  /** Stops everything that runs, without a change of any wish: the machine goes down. */
  async stopAll(graceMs: number, signal: AbortSignal): Promise<void> {
    const { runtime, log } = this.#parts;
    await this[Symbol.asyncDispose]();
    const running = (await runtime.list(signal)).filter(({ task }) => task === 'running');
    const stops = running.map(async ({ cell, container }) => {
      try {
        await runtime.stop(cell, container, { graceMs, stopSignal: '' }, signal);
      } catch (error) {
        log.error('workload not stopped', { name: container, error });
      }
    });
    await Promise.all(stops);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#resync);
    this.#stop.abort();
    await Promise.all([this.#watching, this.#queue[Symbol.asyncDispose]()]);
  }

  /** A change of the task is written down at once, also while the workload waits for a retry. */
  #handle(event: RuntimeEvent): void {
    const name = event.container;
    if (this.#parts.specs.get(name) === undefined) return;
    this.#look(name).catch((error: unknown) => {
      this.#parts.log.warn('workload not looked at', { name, error });
    });
    this.#queue.add(name);
  }

  /** The disk may be full: then the log alone tells, and the work is tried again all the same. */
  #noteFailure(name: string, error: unknown, retryInMs: number): void {
    const { observer, log } = this.#parts;
    try {
      observer.fails(name, error, retryInMs);
    } catch (unwritten) {
      log.error('status not written', { name, error: unwritten });
    }
  }

  async #look(name: string): Promise<void> {
    const seen = await this.#parts.runtime.inspect(cellOfWorkload(name), name, this.#stop.signal);
    this.#parts.observer.sees(name, seen);
  }

  /** The safety net: one question to the runtime, and work only for workloads that are not as wished. */
  async #wakeStrays(): Promise<void> {
    const { runtime, specs, log } = this.#parts;
    try {
      const all = await runtime.list(this.#stop.signal);
      const byCell = new Map(all.map((seen) => [cellKey(seen.cell), seen]));
      for (const record of specs.list()) {
        const { name } = record.spec;
        const key = cellKey(cellOfWorkload(name));
        if (!(await this.#isAsWished(record, key, byCell.get(key)))) this.#queue.add(name);
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) log.warn('workloads not looked at', { error });
    }
  }

  async #isAsWished(
    record: WorkloadRecord,
    key: string,
    seen: ContainerSeen | undefined,
  ): Promise<boolean> {
    if (record.desired !== 'running' || seen?.task !== 'running') return false;
    if (seen.revision !== workloadRevision(record)) return false;
    if (this.#parts.observer.statusOf(record.spec.name).pid !== seen.pid) return false;
    if (record.spec.networkMode === 'host') return true;
    return (await this.#parts.network.inspect(key, this.#stop.signal))?.complete === true;
  }

  #wakeAll(): void {
    for (const { spec } of this.#parts.specs.list()) this.#queue.add(spec.name);
  }
}
