import { create } from '@bufbuild/protobuf';
import type { ContainerUsage, Resources } from '@capsule/core';
import {
  type WorkloadStats as WireStats,
  WorkloadStatsSchema,
} from '../../gen/capsule/v1/workload_pb.ts';

/** Usage and limits of one running workload. */
export interface WorkloadUsage {
  readonly name: string;
  readonly usage: ContainerUsage;
  readonly limits: Resources;
}

const COUNTERS = [
  ['cpuMicros', 'cpuUsageMicros'],
  ['memoryBytes', 'memoryBytes'],
  ['pids', 'pids'],
  ['networkReceivedBytes', 'networkReceivedBytes'],
  ['networkSentBytes', 'networkSentBytes'],
  ['blockReadBytes', 'blockReadBytes'],
  ['blockWrittenBytes', 'blockWrittenBytes'],
] as const satisfies readonly (readonly [keyof ContainerUsage, keyof WireStats])[];

export function usageToProto({ name, usage, limits }: WorkloadUsage): WireStats {
  const stats = create(WorkloadStatsSchema, {
    name,
    memoryLimitBytes: BigInt(limits.memoryBytes ?? 0),
    cpuLimitMillis: limits.cpuMillis ?? 0,
    pidsLimit: limits.pids ?? 0,
  });
  for (const [ours, wire] of COUNTERS) {
    const value = usage[ours];
    if (value !== undefined) stats[wire] = BigInt(value);
  }
  return stats;
}

export function usageFromProto(stats: WireStats): WorkloadUsage {
  const { name, memoryLimitBytes, cpuLimitMillis, pidsLimit } = stats;
  const counters = COUNTERS.flatMap(([ours, wire]) => {
    const value = stats[wire];
    return value === undefined ? [] : [[ours, Number(value)]];
  });
  return {
    name,
    usage: Object.fromEntries(counters),
    limits: {
      ...(memoryLimitBytes > 0n ? { memoryBytes: Number(memoryLimitBytes) } : {}),
      ...(cpuLimitMillis > 0 ? { cpuMillis: cpuLimitMillis } : {}),
      ...(pidsLimit > 0 ? { pids: pidsLimit } : {}),
    },
  };
}
