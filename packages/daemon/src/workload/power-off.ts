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
  /** All containers; none where the store cannot be read: then what runs is stopped as by default. */
  readonly records: () => readonly ContainerRecord[];
  /** Ends whatever else works on workloads. Waits for what is under way. */
  readonly quiesce: () => Promise<void>;
  readonly log: Log;
}

/** What is under way may be a stop that takes its time; then everything else is stopped beside it. */
const QUIESCE_LIMIT_MS = 10_000;
const LIST_LIMIT_MS = 10_000;

/** For how long PID 1 has to wait, so that the last stop that begins has its whole time. Pure. */
export function powerOffPatienceMs(records: readonly ContainerRecord[]): number {
  return QUIESCE_LIMIT_MS + LIST_LIMIT_MS + powerOffLimitMs(records);
}

/**
 * Stops everything that runs, paused or not, side by side, each with its own grace; no desired state changes. Never
 * throws: what cannot be stopped is logged, and holds up nothing else.
 */
export async function stopForPowerOff(parts: StopAllParts): Promise<void> {
  const { log } = parts;
  const quiet = parts.quiesce().catch((error) => log.error('controllers not ended', { error }));
  const isQuiet = await endsWithin(quiet, QUIESCE_LIMIT_MS);
  await stopAll(parts);
  if (isQuiet) return;
  // What was under way may have started something meanwhile.
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

/** A runtime that cannot list, since containerd is away, still stops each microVM by its name. */
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
