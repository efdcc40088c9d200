import type { Resources } from '@capsule/core';
import type { OciResources } from './types.ts';

/** The kernel grants processor time in slices of a tenth of a second (its own default). */
const CPU_PERIOD_MICROS = 100_000;
const UNLIMITED = -1;

/**
 * Describes the limits of a new container. A container gets no swap in addition to its memory limit, because
 * a container that swaps slows down all others. `hasSwap`: the kernel can limit swap.
 */
export function describeLimits(
  { memoryBytes, cpuMillis, pids }: Resources,
  hasSwap: boolean,
): OciResources {
  return {
    ...(memoryBytes === undefined ? {} : { memory: describeMemory(memoryBytes, hasSwap) }),
    ...(cpuMillis === undefined ? {} : { cpu: describeCpu(cpuMillis) }),
    ...(pids === undefined ? {} : { pids: { limit: pids } }),
  };
}

/**
 * Describes the limits of a running container; a limit that the spec does not have any more is set to none.
 */
export function describeChangedLimits(resources: Resources, hasSwap: boolean): OciResources {
  return {
    memory: describeMemory(UNLIMITED, hasSwap),
    cpu: { quota: UNLIMITED, period: CPU_PERIOD_MICROS },
    pids: { limit: UNLIMITED },
    ...describeLimits(resources, hasSwap),
  };
}

/** `swap` is memory and swap together (OCI runtime specification). */
function describeMemory(limit: number, hasSwap: boolean): NonNullable<OciResources['memory']> {
  return hasSwap ? { limit, swap: limit } : { limit };
}

function describeCpu(millis: number): NonNullable<OciResources['cpu']> {
  return { quota: (millis * CPU_PERIOD_MICROS) / 1000, period: CPU_PERIOD_MICROS };
}
