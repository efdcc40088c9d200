import type { WorkloadRecord, WorkloadSpec } from '@capsule/core';
import { workloadError } from '../errors.ts';

/**
 * Fails with `WORKLOAD_DEPENDENCY_MISSING` for names without a workload, or whose workload is being
 * deleted, and with `WORKLOAD_DEPENDENCY_CYCLE` when workloads would wait for each other for ever.
 */
export function checkDependencies(
  { name, dependsOn }: Pick<WorkloadSpec, 'name' | 'dependsOn'>,
  find: (name: string) => Pick<WorkloadRecord, 'desired' | 'spec'> | undefined,
): void {
  const missing = dependsOn.filter((needed) => {
    const desired = find(needed)?.desired;
    return needed !== name && (desired === undefined || desired === 'deleting');
  });
  if (missing.length > 0) throw workloadError.DEPENDENCY_MISSING({ name, missing });
  const done = new Set<string>();
  const visit = (at: string, path: readonly string[]): void => {
    if (at === name) throw workloadError.DEPENDENCY_CYCLE({ name, path: [...path, at] });
    if (done.has(at)) return;
    done.add(at);
    for (const next of find(at)?.spec.dependsOn ?? []) visit(next, [...path, at]);
  };
  for (const next of dependsOn) visit(next, [name]);
}
