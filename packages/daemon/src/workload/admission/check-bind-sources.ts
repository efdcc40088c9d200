import type { HostPaths, WorkloadRecord } from '@capsule/core';
import { workloadError } from '../errors.ts';

/**
 * Fails with `WORKLOAD_BIND_SOURCE_MISSING` for a bind whose source the capsule does not have, unless the start
 * makes it (`ensure`).
 */
export function checkBindSources(
  { spec }: Pick<WorkloadRecord, 'spec'>,
  paths: Pick<HostPaths, 'exists'>,
): void {
  for (const { source, ensure } of spec.hostBindPaths) {
    if (ensure || paths.exists(source)) continue;
    throw workloadError.BIND_SOURCE_MISSING({ name: spec.name, source });
  }
}
