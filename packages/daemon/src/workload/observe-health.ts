import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import {
  type CellId,
  type ContainerRecord,
  type ContainerRef,
  cellKey,
  containerKey,
  type HealthCheck,
  type HealthState,
  isCapsuleError,
  nameOfContainer,
  type ProbeResult,
} from '@capsule/core';
import { type Log, Semaphore } from '@capsule/engine';
import type { Cells } from '../store/cells.ts';
import type { WorkloadObserver } from './observe.ts';

/** More concurrent probes would slow each other down, and a slow answer looks unhealthy. */
const PROBES_AT_ONCE = 16;
/** Interval during the start period, until the first success. */
const STARTING_INTERVAL_MS = 500;

export interface HealthMonitorParts {
  readonly cells: Pick<Cells, 'get'>;
  readonly observer: Pick<WorkloadObserver, 'statusOf' | 'recordProbe'>;
  readonly probe: (record: ContainerRecord, signal: AbortSignal) => Promise<ProbeResult>;
  /** Called when the health of a container of the cell changes. */
  readonly onChange: (cell: CellId) => void;
  readonly log: Log;
  /** Milliseconds of the monotonic clock. */
  readonly monotonicMs: () => number;
}

interface Watch {
  readonly cell: CellId;
  readonly pid: number;
  readonly check: HealthCheck;
  readonly stop: AbortController;
}

/**
 * Probes every running container with a health check at its own interval, and reports to the
 * observer.
 */
export class HealthMonitor implements AsyncDisposable {
  readonly #parts: HealthMonitorParts;
  /** By the key of the container. */
  readonly #watches = new Map<string, Watch>();
  readonly #running = new Set<Promise<void>>();
  readonly #semaphore = new Semaphore(PROBES_AT_ONCE);

  constructor(parts: HealthMonitorParts) {
    this.#parts = parts;
  }

  /**
   * Starts, continues or ends the probes of a cell's containers, by their desired and observed
   * states. Idempotent.
   */
  follow(cell: CellId): void {
    const containers = this.#parts.cells.get(cell)?.containers ?? [];
    const present = new Set(containers.map(({ ref }) => containerKey(ref)));
    for (const [key, watch] of this.#watches) {
      if (cellKey(watch.cell) === cellKey(cell) && !present.has(key)) this.#end(key);
    }
    for (const container of containers) this.#follow(container);
  }

  #follow(record: ContainerRecord): void {
    const { observer } = this.#parts;
    const { phase, reason, pid, health = 'starting' } = observer.statusOf(record.ref);
    const check = record.desired === 'running' ? record.spec.healthCheck : undefined;
    // A paused container answers no probe, and is not unhealthy.
    const isRunning = phase === 'running' && reason !== 'Paused' && pid !== undefined;
    const key = containerKey(record.ref);
    const watch = this.#watches.get(key);
    if (isRunning && watch?.pid === pid && isDeepStrictEqual(watch.check, check)) return;
    this.#end(key);
    if (check === undefined || !isRunning) return;
    const next = { cell: record.ref.cell, pid, check, stop: new AbortController() };
    this.#watches.set(key, next);
    this.#begin(record, next, health);
  }

  #begin(record: ContainerRecord, watch: Watch, health: HealthState): void {
    const asking = this.#ask(record, watch, health)
      .catch((error: unknown) => {
        const key = containerKey(record.ref);
        const name = nameOfContainer(record.ref);
        this.#parts.log.error('health checks stopped', { name, error });
        if (this.#watches.get(key) === watch) this.#watches.delete(key);
      })
      .finally(() => this.#running.delete(asking));
    this.#running.add(asking);
  }

  #end(key: string): void {
    this.#watches.get(key)?.stop.abort();
    this.#watches.delete(key);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { stop } of this.#watches.values()) stop.abort();
    this.#watches.clear();
    await Promise.all(this.#running);
  }

  async #ask(record: ContainerRecord, watch: Watch, first: HealthState): Promise<void> {
    const { check, stop } = watch;
    const { monotonicMs } = this.#parts;
    const begunAt = monotonicMs();
    let health = first;
    let failures = 0;
    let reported = '';
    for (let probes = 1; !stop.signal.aborted; probes += 1) {
      const found = await this.#probe(record, check, stop.signal);
      if (stop.signal.aborted) return;
      const isStarting = health === 'starting' && monotonicMs() - begunAt < startMs(check);
      if (found !== undefined) {
        const { ok, detail } = found;
        failures = ok || isStarting ? 0 : failures + 1;
        const before = health;
        health = nextHealth(health, { ok, failures, retries: check.retries });
        // Many programs do not serve yet at the first probe; the next ones are reported.
        const isNews = health !== before || (!ok && health === 'starting' && detail !== reported);
        if (isNews && (health !== before || probes > 1)) {
          // If the disk refuses the result, the next probe stores it.
          if (this.#report(record.ref, watch, { health, detail })) reported = detail;
          else health = before;
        }
      }
      const isQuick = health === 'starting' && isStarting;
      await this.#rest(isQuick ? STARTING_INTERVAL_MS : check.intervalSeconds * 1000, stop.signal);
    }
  }

  /**
   * Returns undefined if the program could not be probed: a missing runtime makes no program
   * unhealthy.
   */
  async #probe(
    record: ContainerRecord,
    { timeoutSeconds }: HealthCheck,
    stop: AbortSignal,
  ): Promise<ProbeResult | undefined> {
    try {
      return await this.#semaphore.hold(
        () =>
          this.#parts.probe(
            record,
            AbortSignal.any([stop, AbortSignal.timeout(timeoutSeconds * 1000)]),
          ),
        stop,
      );
    } catch (error) {
      if (isCapsuleError(error) && error.code === 'RUNTIME_UNAVAILABLE') return undefined;
      return { ok: false, detail: error instanceof Error ? error.message : String(error) };
    }
  }

  #report(
    ref: ContainerRef,
    { pid }: Watch,
    found: { readonly health: HealthState; readonly detail: string },
  ): boolean {
    const { observer, onChange, log } = this.#parts;
    try {
      observer.recordProbe(ref, pid, found);
    } catch (error) {
      log.error('health not written', { name: nameOfContainer(ref), error });
      return false;
    }
    onChange(ref.cell);
    return true;
  }

  async #rest(ms: number, stop: AbortSignal): Promise<void> {
    try {
      await pause(ms, undefined, { signal: stop });
    } catch (error) {
      if (!stop.aborted) throw error;
    }
  }
}

/** Time that a program has for its first success: the start period, and at least one interval. */
function startMs({ startPeriodSeconds, intervalSeconds }: HealthCheck): number {
  return Math.max(startPeriodSeconds, intervalSeconds) * 1000;
}

function nextHealth(
  health: HealthState,
  seen: { readonly ok: boolean; readonly failures: number; readonly retries: number },
): HealthState {
  if (seen.ok) return 'healthy';
  return seen.failures >= seen.retries ? 'unhealthy' : health;
}
