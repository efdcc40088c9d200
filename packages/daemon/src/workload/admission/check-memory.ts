import { isPrebuilt, type WorkloadSpec } from '@capsule/core';
import { workloadError } from '../errors.ts';

/**
 * Fails with `WORKLOAD_MEMORY_TOO_SMALL` for a microVM of an image with less than the capsule's kernel boots with. A kernel
 * of somebody's own may need less.
 */
export function checkMemory({ name, kind, microVm }: WorkloadSpec, leastMib: number): void {
  if (kind !== 'microVm' || microVm === undefined || isPrebuilt(microVm)) return;
  const { memoryMib } = microVm;
  if (memoryMib < leastMib) throw workloadError.MEMORY_TOO_SMALL({ name, memoryMib, leastMib });
}
