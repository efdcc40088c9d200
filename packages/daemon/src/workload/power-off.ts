import {
  type ContainerRecord,
  type ContainerRef,
  type ContainerRuntime,
  containerKey,
  mayBeAlive,
  nameOfContainer,
  powerOffGraceMs,
  powerOffLimitMs,
} from '@capsule/core';
import type { Log } from '@capsule/engine';

export interface StopAllParts {
  readonly runtime: Pick<ContainerRuntime, 'list' | 'stop'>;
  /**
   * Returns all containers; none if the store is unreadable: running ones are then stopped with the
   * defaults.
   */
  readonly records: () => readonly ContainerRecord[];
  /** Ends all other work on workloads. Waits for work in progress. */
  readonly quiesce: () => Promise<void>;
  readonly log: Log;
}

/**
 * Limit of the wait for work in progress, which may be a slow stop: other containers are then
 * stopped at the same time.
 */
const QUIESCE_LIMIT_MS = 10_000;
const LIST_LIMIT_MS = 10_000;

/** Returns how long PID 1 has to wait, so that the last stop has its whole time. Pure. */
export function powerOffPatienceMs(records: readonly ContainerRecord[]): number {
  return QUIESCE_LIMIT_MS + LIST_LIMIT_MS + powerOffLimitMs(records);
}

/**
 * Stops everything that runs, paused or not, in parallel, each within its own grace period. Changes
 * no desired state. Never throws: logs a failed stop, which delays no other.
 */
export async function stopForPowerOff(parts: StopAllParts): Promise<void> {
  const { log } = parts;
  const quiet = parts.quiesce().catch((error) => log.error('controllers not ended', { error }));
  const isQuiet = await endsWithin(quiet, QUIESCE_LIMIT_MS);
  await stopAll(parts);
  if (isQuiet) return;
  // Work in progress may have started something meanwhile.
  await endsWithin(quiet, powerOffLimitMs(parts.records()));
  await stopAll(parts);
}

async function stopAll(parts: StopAllParts): Promise<void> {
  const { runtime, records, log } = parts;
  const recordOf = new Map(records().map((record) => [containerKey(record.ref), record]));
  const stops = (await targets(parts)).map(async (ref) => {
    const record = recordOf.get(containerKey(ref));
    const stopSignal = record?.spec.stopSignal ?? '';
    const signal = AbortSignal.timeout(powerOffLimitMs([record]));
    try {
      const graceMs = powerOffGraceMs(record);
      await runtime.stop(ref, { graceMs, stopSignal }, signal);
    } catch (error) {
      log.error('workload not stopped', { name: nameOfContainer(ref), error });
    }
  });
  await Promise.all(stops);
}

/** If containerd is away, the runtime cannot list, but still stops each microVM by its name. */
async function targets({ runtime, records, log }: StopAllParts): Promise<readonly ContainerRef[]> {
  try {
    const seen = await runtime.list(AbortSignal.timeout(LIST_LIMIT_MS));
    return seen.filter(({ task }) => mayBeAlive(task)).map(({ ref }) => ref);
  } catch (error) {
    log.error('workloads not listed', { error });
    return records().map(({ ref }) => ref);
  }
}

async function endsWithin(work: Promise<unknown>, limitMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), limitMs);
  try {
    return await Promise.race([work.then(() => true), promise]);
  } finally {
    clearTimeout(timer);
  }
}
