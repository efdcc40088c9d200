import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { HealthCheck, HealthState, ProbeResult, WorkloadRecord } from '@capsule/core';
import { type Log, Semaphore } from '@capsule/engine';
import type { WorkloadSpecs } from '../store/workload-specs.ts';
import type { WorkloadObserver } from './observe.ts';

/** More at once would make each of them slow, and slow looks unhealthy. */
const PROBES_AT_ONCE = 16;
/** While it is not known to serve, it is asked this often. */
const STARTING_INTERVAL_MS = 500;

export interface HealthMonitorParts {
  readonly specs: Pick<WorkloadSpecs, 'get'>;
  readonly observer: Pick<WorkloadObserver, 'statusOf' | 'recordProbe'>;
  readonly probe: (record: WorkloadRecord, signal: AbortSignal) => Promise<ProbeResult>;
  /** Told when the health of a workload changed. */
  readonly onChange: (name: string) => void;
  readonly log: Log;
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonicMs: () => number;
}

interface Watch {
  readonly pid: number;
  readonly check: HealthCheck;
  readonly stop: AbortController;
}

/** Asks every running workload that has a health check, at its own pace, and tells the observer. */
export class HealthMonitor implements AsyncDisposable {
  readonly #parts: HealthMonitorParts;
  readonly #watches = new Map<string, Watch>();
  readonly #running = new Set<Promise<void>>();
  readonly #semaphore = new Semaphore(PROBES_AT_ONCE);

  constructor(parts: HealthMonitorParts) {
    this.#parts = parts;
  }

  /** Begins, goes on, or ends to ask a workload, by what is asked and seen of it now. Idempotent. */
  follow(name: string): void {
    const record = this.#parts.specs.get(name);
    const { phase, reason, pid } = this.#parts.observer.statusOf(name);
    const check = record?.desired === 'running' ? record.spec.healthCheck : undefined;
    // One that stands still answers nothing, and is not ill.
    const isRunning = phase === 'running' && reason !== 'Paused' && pid !== undefined;
    const watch = this.#watches.get(name);
    if (watch !== undefined) {
      if (isRunning && watch.pid === pid && isDeepStrictEqual(watch.check, check)) return;
      watch.stop.abort();
      this.#watches.delete(name);
    }
    if (record === undefined || check === undefined || !isRunning) return;
    const next = { pid, check, stop: new AbortController() };
    this.#watches.set(name, next);
    const health = this.#parts.observer.statusOf(name).health ?? 'starting';
    const asking = this.#ask(record, next, health)
      .catch((error: unknown) => {
        this.#parts.log.error('health no longer asked for', { name, error });
        if (this.#watches.get(name) === next) this.#watches.delete(name);
      })
      .finally(() => this.#running.delete(asking));
    this.#running.add(asking);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { stop } of this.#watches.values()) stop.abort();
    this.#watches.clear();
    await Promise.all(this.#running);
  }

  async #ask(record: WorkloadRecord, watch: Watch, first: HealthState): Promise<void> {
    const { check, stop } = watch;
    const { monotonicMs } = this.#parts;
    const { name } = record.spec;
    const begunAt = monotonicMs();
    let health = first;
    let failures = 0;
    while (!stop.signal.aborted) {
      const { ok, detail } = await this.#probe(record, check, stop.signal);
      if (stop.signal.aborted) return;
      const isStarting = health === 'starting' && monotonicMs() - begunAt < startMs(check);
      failures = ok || isStarting ? 0 : failures + 1;
      const before = health;
      health = nextHealth(health, { ok, failures, retries: check.retries });
      // What the disk refused is stored with the next answer.
      if (health !== before && !this.#tell(name, watch, { health, detail })) health = before;
      const isQuick = health === 'starting' && isStarting;
      await this.#rest(isQuick ? STARTING_INTERVAL_MS : check.intervalSeconds * 1000, stop.signal);
    }
  }

  async #probe(
    record: WorkloadRecord,
    { timeoutSeconds }: HealthCheck,
    stop: AbortSignal,
  ): Promise<ProbeResult> {
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
      return { ok: false, detail: error instanceof Error ? error.message : String(error) };
    }
  }

  #tell(
    name: string,
    { pid }: Watch,
    found: { readonly health: HealthState; readonly detail: string },
  ): boolean {
    const { observer, onChange, log } = this.#parts;
    try {
      observer.recordProbe(name, pid, found);
    } catch (error) {
      log.error('health not written', { name, error });
      return false;
    }
    onChange(name);
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

/** Until a first success a program has its start period, and at least one interval, to come up. */
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
