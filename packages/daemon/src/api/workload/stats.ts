import { setTimeout as pause } from 'node:timers/promises';
import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  usageToProto,
  type WorkloadStatsRequest,
  type WorkloadStatsResponseSchema,
  type WorkloadUsage,
} from '@capsule/api/wire';
import { type ContainerRuntime, matchesLabels, type Workload } from '@capsule/core';
import { readSelector } from './read-selector.ts';

type Answer = MessageInitShape<typeof WorkloadStatsResponseSchema>;

export interface WorkloadStatsParts {
  readonly runtime: Pick<ContainerRuntime, 'usage'>;
  /** Fails with `WORKLOAD_NOT_FOUND`. */
  readonly find: (name: string) => Workload;
  readonly list: () => readonly Workload[];
  /** The number of cells that are no workloads. */
  readonly otherCells: () => number;
  readonly now: () => number;
}

const INTERVAL_MS = 1000;
const LEAST_INTERVAL_MS = 200;

/**
 * Yields the usage of the selected running workloads; with `follow` at intervals, until `signal`
 * aborts. Leaves out a workload that is deleted meanwhile; fails for a name that never existed.
 */
export async function* streamWorkloadStats(
  { names, labelSelector, follow, intervalMs }: WorkloadStatsRequest,
  { runtime, find, list, otherCells, now }: WorkloadStatsParts,
  signal: AbortSignal,
): AsyncGenerator<Answer> {
  const selector = readSelector(labelSelector);
  for (const name of names) find(name);
  const isLimited = names.length > 0 || labelSelector !== '';
  const isAsked = ({ spec }: Workload) =>
    (names.length === 0 || names.includes(spec.name)) && matchesLabels(selector, spec.labels);
  const waitMs = Math.max(intervalMs || INTERVAL_MS, LEAST_INTERVAL_MS);
  do {
    const usages = await Promise.all(list().filter(isAsked).map(measure));
    const workloads = usages.filter((usage) => usage !== undefined).map(usageToProto);
    yield { atUnixMs: BigInt(now()), workloads, otherCells: isLimited ? 0 : otherCells() };
    if (follow) await pause(waitMs, undefined, { signal });
  } while (follow);

  async function measure({
    ref,
    role,
    spec,
    status,
  }: Workload): Promise<WorkloadUsage | undefined> {
    const { phase, pid } = status;
    if (phase !== 'running' || pid === undefined) return undefined;
    const { name, resources } = spec;
    const usage = await runtime.usage({ ref, role, pid });
    return usage === undefined ? undefined : { name, usage, limits: resources };
  }
}
