import type { WorkloadSpec } from '@capsule/core';
import { workloadError } from './errors.ts';

/**
 * Fails with `WORKLOAD_DEPENDENCY_CYCLE` when workloads would wait for each other for ever. A name that
 * does not exist yet is no failure: it may be applied later.
 */
export function checkDependencies(
  { name, dependsOn }: Pick<WorkloadSpec, 'name' | 'dependsOn'>,
  needsOf: (name: string) => readonly string[],
): void {
  const done = new Set<string>();
  const visit = (at: string, path: readonly string[]): void => {
    if (at === name) throw workloadError.DEPENDENCY_CYCLE({ name, path: [...path, at] });
    if (done.has(at)) return;
    done.add(at);
    for (const next of needsOf(at)) visit(next, [...path, at]);
  };
  for (const next of dependsOn) visit(next, [name]);
}
