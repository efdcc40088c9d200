import type { Resources, WorkloadSpec } from '@capsule/core';
import { workloadError } from '../errors.ts';

const WORDS: Readonly<Record<keyof Resources, string>> = {
  memoryBytes: 'memory',
  cpuMillis: 'cpu',
  cpuShares: 'cpuShares',
  pids: 'pids',
};

/** Fails with `WORKLOAD_LIMIT_UNAVAILABLE` for a limit that the capsule's kernel cannot enforce. */
export function checkLimits(
  { name, resources }: Pick<WorkloadSpec, 'name' | 'resources'>,
  available: ReadonlySet<keyof Resources>,
): void {
  for (const [limit, word] of Object.entries(WORDS) as [keyof Resources, string][]) {
    if (resources[limit] === undefined || available.has(limit)) continue;
    throw workloadError.LIMIT_UNAVAILABLE({ name, limit: word });
  }
}
