import {
  type CellId,
  type CellNamespaces,
  type CellNetwork,
  type CellRecord,
  type ContainerRecord,
  type ContainerRef,
  type ContainerRuntime,
  type ContainerSeen,
  cellFromKey,
  cellKey,
  containerKey,
  containerRevision,
  isRunDue,
  isRunOver,
  mayBeAlive,
  nameOfCell,
  nameOfContainer,
  type RuntimeEvent,
  type Workload,
  type WorkloadRecord,
} from '@capsule/core';
import {
  type Feed,
  KeyedQueue,
  type Log,
  type Requeue,
  type Tracer,
  type Turn,
} from '@capsule/engine';
import type { Addresses } from '../store/addresses.ts';
import type { Cells } from '../store/cells.ts';
import { readFailure } from './container-failure.ts';
import type { Dependents } from './dependents.ts';
import type { WorkloadObserver } from './observe.ts';
import type { HealthMonitor } from './observe-health.ts';
import { watchRuntime } from './observe-runtime.ts';
import type { SettleMonitor } from './observe-settling.ts';
import type { SiblingPulls } from './sibling-pulls.ts';
import { RECONCILE_BACK_OFF, type SiblingRetries } from './sibling-retries.ts';
import type { UpdateGuard } from './update-guard.ts';

/** Interval of the full comparison with the runtime, which needs no event: a safety net. */
const RESYNC_MS = 60_000;
/** Interval of the search for commands whose client left while the runtime was away. */
const ABANDONED_MS = 5_000;
/** Keys of `#upkeep`: remains of an earlier capsuled, and of clients of this one. */
const REMAINS = 'remains';
const ABANDONED = 'abandoned commands';

export interface WorkloadControllerParts {
  readonly cells: Pick<Cells, 'get' | 'list' | 'container'>;
  readonly addresses: Pick<Addresses, 'get'>;
  readonly observer: WorkloadObserver;
  readonly runtime: ContainerRuntime;
  readonly network: Pick<CellNetwork, 'inspect' | 'list' | 'detach'>;
  readonly namespaces: Pick<CellNamespaces, 'list' | 'unpin'>;
  readonly feed: Feed;
  readonly dependents: Dependents;
  readonly reconcile: (cell: CellId, turn: Turn) => Promise<Requeue>;
  readonly health: HealthMonitor;
  readonly settling: SettleMonitor;
  readonly guard: UpdateGuard;
  readonly retries: Pick<SiblingRetries, 'reset'>;
  readonly pulls: Pick<SiblingPulls, 'reset' | typeof Symbol.asyncDispose>;
  readonly log: Log;
  readonly tracer: Pick<Tracer, 'request' | 'resume'>;
  readonly concurrency: number;
}

/**
 * Reconciles all cells with their specs: after every change of a spec, after every event, and
 * periodically.
 */
export class WorkloadController {
  readonly #parts: WorkloadControllerParts;
  /** By the keys of cells. */
  readonly #queue: KeyedQueue;
  /** Ends processes that a killed capsuled left in the runtime. */
  readonly #upkeep: KeyedQueue;
  readonly #stop = new AbortController();
  readonly #feedListener: Disposable;
  #watching: Promise<void> = Promise.resolve();
  #isRuntimeAway = false;
  #resync: NodeJS.Timeout | undefined;

  constructor(parts: WorkloadControllerParts) {
    this.#parts = parts;
    this.#queue = new KeyedQueue({
      concurrency: parts.concurrency,
      backOff: RECONCILE_BACK_OFF,
      run: (key, turn) => parts.tracer.resume(key, () => this.#reconcile(cellFromKey(key), turn)),
      onFailure: (key, failure, retryInMs) => {
        const cell = cellFromKey(key);
        const { error, ref } = readFailure(failure);
        const name = ref === undefined ? nameOfCell(cell) : nameOfContainer(ref);
        parts.log.warn('workload not reconciled', { name, error, retryInMs });
        this.#noteFailure(ref ?? cell, error, retryInMs);
      },
    });
    this.#upkeep = new KeyedQueue({
      concurrency: 1,
      backOff: RECONCILE_BACK_OFF,
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
        parts.log.warn('unused resources not removed', { key, error, retryInMs });
      },
    });
    this.#feedListener = parts.feed.listen((key) => {
      for (const waiting of parts.dependents.of(key)) this.#queue.add(waiting);
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
        onReach: (isThere) => this.#noteReach(isThere),
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

  /** The spec of a cell changed. */
  specChanged(cell: CellId): void {
    this.#parts.tracer.request(cellKey(cell));
    this.#parts.retries.reset(cell);
    this.#parts.pulls.reset(cell);
    this.#queue.restart(cellKey(cell));
  }

  /** Something other than the spec of a cell changed. */
  wake(cell: CellId): void {
    this.#queue.add(cellKey(cell));
  }

  /** Resolves with true when the cell is gone, with false when `signal` aborts first. Idempotent. */
  untilGone(cell: CellId, signal: AbortSignal): Promise<boolean> {
    const { cells } = this.#parts;
    const uid = cells.get(cell)?.uid;
    return this.#until(() => uid === undefined || cells.get(cell)?.uid !== uid, signal);
  }

  /**
   * Resolves as `untilGone` does, when nothing of the cell runs any more or its desired state
   * changes.
   */
  untilStopped(cell: CellId, signal: AbortSignal): Promise<boolean> {
    const { cells, observer } = this.#parts;
    const isStopped = () => {
      const record = cells.get(cell);
      if (record?.desired !== 'stopped') return true;
      return record.containers.every(({ ref }) => observer.statusOf(ref).phase === 'stopped');
    };
    return this.#until(isStopped, signal);
  }

  /** Resolves as `untilGone` does, when nothing of one container runs any more. */
  untilContainerStopped(ref: ContainerRef, signal: AbortSignal): Promise<boolean> {
    const { cells, observer } = this.#parts;
    const isStopped = () => {
      if (cells.container(ref)?.desired !== 'stopped') return true;
      return observer.statusOf(ref).phase === 'stopped';
    };
    return this.#until(isStopped, signal);
  }

  /** Resolves as `untilGone` does, when one container is gone or back. */
  untilContainerGone(ref: ContainerRef, signal: AbortSignal): Promise<boolean> {
    const { cells } = this.#parts;
    return this.#until(() => cells.container(ref)?.desired !== 'deleting', signal);
  }

  /** Inspects the containers of these cells now. Fails if the runtime cannot be asked. */
  async refresh(
    records: readonly CellRecord[],
    signal: AbortSignal,
  ): Promise<{ readonly containers: number; readonly changed: number }> {
    const { observer } = this.#parts;
    const refs = records.flatMap(({ containers }) => containers.map(({ ref }) => ref));
    const before = refs.map((ref) => observer.statusOf(ref));
    await Promise.all(refs.map((ref) => this.#look(ref)));
    signal.throwIfAborted();
    for (const { id } of records) this.wake(id);
    const changed = refs.filter((ref, at) => observer.statusOf(ref).reason !== before[at]?.reason);
    return { containers: refs.length, changed: changed.length };
  }

  /** Whether the runtime did not answer last time. */
  get isRuntimeAway(): boolean {
    return this.#isRuntimeAway;
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
    const { rolledBack, ...status } = observer.statusOf(record.ref);
    return {
      ...record,
      status: {
        ...status,
        ...(address === undefined ? {} : { address }),
        // A later spec makes the roll-back obsolete.
        ...(rolledBack?.to === record.generation ? { rolledBack } : {}),
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#resync);
    this.#stop.abort();
    this.#feedListener[Symbol.dispose]();
    const { health, settling, guard, pulls } = this.#parts;
    guard[Symbol.dispose]();
    await Promise.all([
      this.#watching,
      health[Symbol.asyncDispose](),
      settling[Symbol.asyncDispose](),
      pulls[Symbol.asyncDispose](),
      this.#queue[Symbol.asyncDispose](),
      this.#upkeep[Symbol.asyncDispose](),
    ]);
  }

  async #reconcile(cell: CellId, turn: Turn): Promise<Requeue> {
    const { reconcile, health, settling, guard } = this.#parts;
    try {
      return await reconcile(cell, turn);
    } finally {
      if (!this.#stop.signal.aborted) {
        health.follow(cell);
        settling.follow(cell);
        guard.look(cell);
      }
    }
  }

  /** Stores a change of the task at once, also while the cell waits for a retry. */
  #handle({ ref, kind, remark }: RuntimeEvent): void {
    const record = this.#parts.cells.container(ref);
    if (record === undefined) return;
    const name = nameOfContainer(ref);
    if (remark !== undefined) this.#noteRemark(record, remark);
    this.wake(ref.cell);
    if (kind === 'oom') this.#noteOutOfMemory(ref);
    this.#look(ref).catch((error: unknown) => {
      this.#parts.log.warn('workload not observed', { name, error });
    });
  }

  /** Every state of a container depends on whether the runtime answers: watchers look again. */
  #noteReach(isThere: boolean): void {
    if (this.#isRuntimeAway === !isThere) return;
    this.#isRuntimeAway = !isThere;
    const { cells, feed } = this.#parts;
    for (const { id } of cells.list()) feed.notify(cellKey(id));
  }

  #noteRemark(
    record: ContainerRecord,
    { reason, message }: NonNullable<RuntimeEvent['remark']>,
  ): void {
    const { observer, log } = this.#parts;
    try {
      observer.recordWarning(record, reason, message);
    } catch (error) {
      log.error('event not written', { name: nameOfContainer(record.ref), error });
    }
  }

  #noteOutOfMemory(ref: ContainerRef): void {
    const { observer, log } = this.#parts;
    try {
      observer.recordOutOfMemory(ref);
    } catch (error) {
      log.error('status not written', { name: nameOfContainer(ref), error });
    }
  }

  /**
   * Stores the failure for its container; that of a whole cell for the root, for which the siblings
   * wait. If the disk is full, only the log has it; the retry happens in any case.
   */
  #noteFailure(at: CellId | ContainerRef, error: unknown, retryInMs: number): void {
    const { cells, observer, log } = this.#parts;
    try {
      const ref = 'container' in at ? at : cells.get(at)?.containers[0]?.ref;
      if (ref !== undefined) observer.recordFailure(ref, error, retryInMs);
    } catch (unwritten) {
      const name = 'container' in at ? nameOfContainer(at) : nameOfCell(at);
      log.error('status not written', { name, error: unwritten });
    }
  }

  async #look(ref: ContainerRef): Promise<void> {
    const { runtime, observer } = this.#parts;
    const begun = observer.beginLook();
    const seen = await runtime.inspect(ref, this.#stop.signal);
    observer.recordSeen(ref, seen, begun);
  }

  /** Safety net: asks the runtime once, and wakes only cells that differ from their specs. */
  async #wakeUnconverged(): Promise<void> {
    const { runtime, cells, log } = this.#parts;
    try {
      const all = await runtime.list(this.#stop.signal);
      const byKey = new Map(all.map((seen) => [containerKey(seen.ref), seen]));
      for (const record of cells.list()) {
        if (!(await this.#isConverged(record, byKey))) this.wake(record.id);
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) log.warn('workloads not observed', { error });
    }
  }

  async #isConverged(
    { id, spec, desired, containers }: CellRecord,
    seen: ReadonlyMap<string, ContainerSeen>,
  ): Promise<boolean> {
    if (desired !== 'running') return false;
    const due = containers.filter((one) => !this.#isOver(one, seen.get(containerKey(one.ref))));
    if (containers.length > 0 && due.length === 0) return true;
    if (!due.every((one) => this.#isRunning(one, seen.get(containerKey(one.ref))))) return false;
    if (spec.networkMode === 'host') return true;
    const link = await this.#parts.network.inspect(cellKey(id), this.#stop.signal);
    return link?.complete === true;
  }

  #isOver(record: ContainerRecord, seen: ContainerSeen | undefined): boolean {
    if (seen === undefined || seen.task === 'running') return false;
    return isRunOver(record, this.#parts.observer.statusOf(record.ref));
  }

  #isRunning(record: ContainerRecord, seen: ContainerSeen | undefined): boolean {
    if (seen?.task !== 'running' || seen.revision !== containerRevision(record)) return false;
    const status = this.#parts.observer.statusOf(record.ref);
    return status.pid === seen.pid && !isRunDue(record, status);
  }

  /**
   * Removes networks and pinned namespaces of missing cells, which a killed capsuled may have left. Running containers of
   * an unknown cell keep their network: its store was moved away, and they run on, unmanaged.
   */
  async #detachUnused(signal: AbortSignal): Promise<void> {
    const { network, namespaces, runtime, cells } = this.#parts;
    const attached = await network.list(signal);
    const pinned = await namespaces.list();
    const seen = await runtime.list(signal);
    const alive = seen.filter(({ task }) => mayBeAlive(task));
    const used = new Set(alive.map(({ ref }) => cellKey(ref.cell)));
    // Called without a wait in between, so a new cell of this name attaches afterwards.
    const isUnused = (key: string) =>
      !used.has(key) && !cells.list().some(({ id }) => cellKey(id) === key);
    for (const { key } of attached) if (isUnused(key)) await network.detach(key, signal);
    for (const { key } of pinned) if (isUnused(key)) await namespaces.unpin(key, signal);
  }

  #retryAll(): void {
    const { cells, retries } = this.#parts;
    for (const { id } of cells.list()) {
      retries.reset(id);
      this.#queue.retry(cellKey(id));
    }
  }
}
