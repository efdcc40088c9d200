import { isPrebuilt, type WorkloadSpec } from '@capsule/core';
import { workloadError } from '../errors.ts';

/**
 * Fails with `WORKLOAD_MEMORY_TOO_SMALL` for a microVM of an image with less memory than the
 * capsule's kernel needs to boot. A kernel that the operator supplies may need less.
 */
export function checkMemory({ name, kind, microVm }: WorkloadSpec, leastMib: number): void {
  if (kind !== 'microVm' || microVm === undefined || isPrebuilt(microVm)) return;
  const { memoryMib } = microVm;
  if (memoryMib < leastMib) throw workloadError.MEMORY_TOO_SMALL({ name, memoryMib, leastMib });
}
