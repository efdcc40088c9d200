import type { WorkloadUsage } from '@capsule/api/wire';
import type { UsageOrder } from './usage-order.ts';

/** The usage of all workloads at one moment. */
export interface UsageSample {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly workloads: readonly WorkloadUsage[];
}

/** The usage of a workload, and its load since the previous sample. */
export interface UsageRow extends WorkloadUsage {
  /** 100 is one processor; absent where nothing is known from before, or nothing is counted. */
  readonly cpuPercent?: number;
}

/** A counter that went back belongs to a container that was started again: it began at 0. */
export function usageRows(before: UsageSample, now: UsageSample): readonly UsageRow[] {
  const spentMs = now.at - before.at;
  const earlier = new Map(before.workloads.map(({ name, usage }) => [name, usage.cpuMicros]));
  return now.workloads.map((row) => {
    const { cpuMicros } = row.usage;
    const micros = earlier.get(row.name);
    if (cpuMicros === undefined || micros === undefined || spentMs <= 0) return row;
    const used = cpuMicros >= micros ? cpuMicros - micros : cpuMicros;
    return { ...row, cpuPercent: used / spentMs / 10 };
  });
}

/** The largest first; names from a to z. */
export function sortUsage(rows: readonly UsageRow[], order: UsageOrder): readonly UsageRow[] {
  const weigh: Record<UsageOrder, (row: UsageRow) => number> = {
    name: () => 0,
    cpu: ({ cpuPercent = -1 }) => cpuPercent,
    memory: ({ usage }) => usage.memoryBytes ?? -1,
  };
  const weight = weigh[order];
  return rows.toSorted((a, b) => weight(b) - weight(a) || (a.name < b.name ? -1 : 1));
}
