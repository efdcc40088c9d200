import type { Resources } from '@capsule/core';
import type { OciResources } from './types.ts';

/** The kernel gives out processor time in slices of a tenth of a second (its own default). */
const CPU_PERIOD_MICROS = 100_000;
const UNLIMITED = -1;

/** The limits of a new container. */
export function describeLimits({ memoryBytes, cpuMillis, pids }: Resources): OciResources {
  return {
    ...(memoryBytes === undefined ? {} : { memory: { limit: memoryBytes } }),
    ...(cpuMillis === undefined ? {} : { cpu: describeCpu(cpuMillis) }),
    ...(pids === undefined ? {} : { pids: { limit: pids } }),
  };
}

/** The same for a container that runs: what has no limit any more is told so. */
export function describeChangedLimits(resources: Resources): OciResources {
  return {
    memory: { limit: UNLIMITED },
    cpu: { quota: UNLIMITED, period: CPU_PERIOD_MICROS },
    pids: { limit: UNLIMITED },
    ...describeLimits(resources),
  };
}

function describeCpu(millis: number): NonNullable<OciResources['cpu']> {
  return { quota: (millis * CPU_PERIOD_MICROS) / 1000, period: CPU_PERIOD_MICROS };
}
