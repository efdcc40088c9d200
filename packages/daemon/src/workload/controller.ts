import {
  type ContainerSeen,
  cellKey,
  containerKey,
  containerRevision,
  isRunDue,
  isRunOver,
  mayBeAlive,
  type RuntimeEvent,
  type Workload,
  type WorkloadRecord,
} from '@capsule/core';
import { type Feed, KeyedQueue, type Log, type Requeue, type Turn } from '@capsule/engine';
import { Dependents } from './dependents.ts';
import type { HealthMonitor } from './observe-health.ts';
import { watchRuntime } from './observe-runtime.ts';
import { reconcileWorkload } from './reconcile.ts';
import { createWorkloadSteps, type RunWorkloadStep, type WorkloadStepParts } from './steps.ts';
import type { UpdateGuard } from './update-guard.ts';

/** Between failures of one workload's bring-up. */
const BACK_OFF = { firstMs: 500, mostMs: 60_000, jitter: 0.2 };
/** Between two looks at everything without any event: the safety net. */
const RESYNC_MS = 60_000;
/** Between two looks for commands whose client left while the runtime was away. */
const ABANDONED_MS = 5_000;
/** The keys of `#upkeep`: what an earlier capsuled left, and what clients of this one did. */
const REMAINS = 'remains';
const ABANDONED = 'abandoned commands';

export interface WorkloadControllerParts extends WorkloadStepParts {
  readonly feed: Feed;
  readonly health: HealthMonitor;
  readonly guard: UpdateGuard;
  readonly log: Log;
  readonly concurrency: number;
  readonly now: () => number;
}

/** Leads all workloads to their specs: on every spec, on every event, and now and then. */
export class WorkloadController {
  readonly #parts: WorkloadControllerParts;
  readonly #queue: KeyedQueue;
  /** Ends what an earlier capsuled left in the runtime because it was killed. */
  readonly #upkeep: KeyedQueue;
  readonly #stop = new AbortController();
  readonly #dependents = new Dependents();
  readonly #feedListener: Disposable;
  #watching: Promise<void> = Promise.resolve();
  #resync: NodeJS.Timeout | undefined;

  constructor(parts: WorkloadControllerParts) {
    this.#parts = parts;
    const runStep = createWorkloadSteps(parts);
    this.#queue = new KeyedQueue({
      concurrency: parts.concurrency,
      backOff: BACK_OFF,
      run: (name, turn) => this.#reconcile(name, runStep, turn),
      onFailure: (name, error, retryInMs) => {
        parts.log.warn('workload not as specified', { name, error, retryInMs });
        this.#noteFailure(name, error, retryInMs);
      },
    });
    this.#upkeep = new KeyedQueue({
      concurrency: 1,
      backOff: BACK_OFF,
      run: async (key, { signal }) => {
        if (key === ABANDONED) {
          await parts.runtime.endAbandoned(signal);
          return { afterMs: ABANDONED_MS };
        }
        await parts.runtime.reclaim(signal);
        await this.#detachUnused(signal);
        return undefined;
      },
      onFailure: (key, error, retryInMs) => {
        parts.log.warn('remains not ended', { key, error, retryInMs });
      },
    });
    this.#feedListener = parts.feed.listen((name) => {
      for (const waiting of this.#dependents.of(name)) this.#queue.add(waiting);
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
        onGap: () => {
          this.#retryAll();
          this.#upkeep.restart(REMAINS);
          this.#upkeep.restart(ABANDONED);
        },
      },
      this.#stop.signal,
    );
    this.#resync = setInterval(() => void this.#wakeUnconverged(), RESYNC_MS);
  }

  /** The spec of a workload changed. */
  specChanged(name: string): void {
    this.#queue.restart(name);
  }

  /** Something about a workload changed that is not its spec. */
  wake(name: string): void {
    this.#queue.add(name);
  }

  /**
   * Resolves with true when the workload is gone, with false when `signal` aborts before. Idempotent.
   */
  untilGone(name: string, signal: AbortSignal): Promise<boolean> {
    const { specs } = this.#parts;
    const uid = specs.get(name)?.uid;
    return this.#until(() => uid === undefined || specs.get(name)?.uid !== uid, signal);
  }

  /** The same for a workload that nothing runs of any more, or that has another desired state meanwhile. */
  untilStopped(name: string, signal: AbortSignal): Promise<boolean> {
    const { specs, observer } = this.#parts;
    const isStopped = () =>
      specs.get(name)?.desired !== 'stopped' || observer.statusOf(name).phase === 'stopped';
    return this.#until(isStopped, signal);
  }

  async #until(isDone: () => boolean, signal: AbortSignal): Promise<boolean> {
    const changes = this.#parts.feed.changes(signal);
    while (!isDone()) {
      if ((await changes.next()).done === true) return false;
    }
    await changes.return(undefined);
    return true;
  }

  describe(record: WorkloadRecord): Workload {
    const { observer, addresses } = this.#parts;
    const address = addresses.get(record.ref.cell);
    const { rolledBack, ...status } = observer.statusOf(record.spec.name);
    return {
      ...record,
      status: {
        ...status,
        ...(address === undefined ? {} : { address }),
        // A later spec has made it history.
        ...(rolledBack?.to === record.generation ? { rolledBack } : {}),
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#resync);
    this.#stop.abort();
    this.#feedListener[Symbol.dispose]();
    const { health, guard } = this.#parts;
    guard[Symbol.dispose]();
    await Promise.all([
      this.#watching,
      health[Symbol.asyncDispose](),
      this.#queue[Symbol.asyncDispose](),
      this.#upkeep[Symbol.asyncDispose](),
    ]);
  }

  async #reconcile(name: string, runStep: RunWorkloadStep, turn: Turn): Promise<Requeue> {
    const { health, guard } = this.#parts;
    const parts = { ...this.#parts, dependents: this.#dependents };
    try {
      return await reconcileWorkload(name, parts, runStep, turn);
    } finally {
      if (!this.#stop.signal.aborted) {
        health.follow(name);
        guard.look(name);
      }
    }
  }

  /** A change of the task is written down at once, also while the workload waits for a retry. */
  #handle(event: RuntimeEvent): void {
    const record = this.#parts.specs.of(event.ref);
    if (record === undefined) return;
    const { name } = record.spec;
    this.#queue.add(name);
    if (event.kind === 'oom') this.#noteOutOfMemory(name);
    this.#look(record).catch((error: unknown) => {
      this.#parts.log.warn('workload not looked at', { name, error });
    });
  }

  #noteOutOfMemory(name: string): void {
    const { observer, log } = this.#parts;
    try {
      observer.recordOutOfMemory(name);
    } catch (error) {
      log.error('status not written', { name, error });
    }
  }

  /** The disk may be full: then the log alone tells, and the work is tried again all the same. */
  #noteFailure(name: string, error: unknown, retryInMs: number): void {
    const { observer, log } = this.#parts;
    try {
      observer.recordFailure(name, error, retryInMs);
    } catch (unwritten) {
      log.error('status not written', { name, error: unwritten });
    }
  }

  async #look({ ref, spec: { name } }: WorkloadRecord): Promise<void> {
    const { runtime, observer } = this.#parts;
    const begun = observer.beginLook();
    const seen = await runtime.inspect(ref, this.#stop.signal);
    observer.recordSeen(name, seen, begun);
  }

  /** The safety net: one question to the runtime, and work only for workloads that are not as specified. */
  async #wakeUnconverged(): Promise<void> {
    const { runtime, specs, log } = this.#parts;
    try {
      const all = await runtime.list(this.#stop.signal);
      const byKey = new Map(all.map((seen) => [containerKey(seen.ref), seen]));
      for (const record of specs.list()) {
        const seen = byKey.get(containerKey(record.ref));
        if (!(await this.#isConverged(record, seen))) this.#queue.add(record.spec.name);
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) log.warn('workloads not looked at', { error });
    }
  }

  async #isConverged(record: WorkloadRecord, seen: ContainerSeen | undefined): Promise<boolean> {
    const status = this.#parts.observer.statusOf(record.spec.name);
    if (seen !== undefined && seen.task !== 'running' && record.desired === 'running') {
      if (isRunOver(record, status)) return true;
    }
    if (record.desired !== 'running' || seen?.task !== 'running') return false;
    if (seen.revision !== containerRevision(record) || isRunDue(record, status)) return false;
    if (status.pid !== seen.pid) return false;
    if (record.spec.networkMode === 'host') return true;
    const { network } = this.#parts;
    const link = await network.inspect(cellKey(record.ref.cell), this.#stop.signal);
    return link?.complete === true;
  }

  /**
   * Networks of workloads that are gone: a capsuled that was killed may have left one. What runs under a name that is
   * not known keeps its network: its store was moved away, and it runs on, unmanaged.
   */
  async #detachUnused(signal: AbortSignal): Promise<void> {
    const { network, runtime, specs } = this.#parts;
    const attached = await network.list(signal);
    const seen = await runtime.list(signal);
    const alive = seen.filter(({ task }) => mayBeAlive(task));
    const used = new Set(alive.map(({ ref }) => cellKey(ref.cell)));
    for (const { key } of attached) {
      // Asked for at once, so that whoever comes under the name meanwhile attaches after it.
      const isWanted = specs.list().some(({ ref }) => cellKey(ref.cell) === key);
      if (!isWanted && !used.has(key)) await network.detach(key, signal);
    }
  }

  #retryAll(): void {
    for (const { spec } of this.#parts.specs.list()) this.#queue.retry(spec.name);
  }
}
