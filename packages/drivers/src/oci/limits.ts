import type { Resources } from '@capsule/core';
import type { OciCpu, OciResources } from './types.ts';

/** The kernel grants processor time in slices of a tenth of a second (its own default). */
const CPU_PERIOD_MICROS = 100_000;
const UNLIMITED = -1;
/** The kernel's own: of v1, and of v2, where a runtime's conversion of 1024 shares gives another weight. */
const USUAL_SHARES = 1024;
const USUAL_WEIGHT = { 'cpu.weight': '100' };

/**
 * Describes the limits of a new container. A container gets no swap in addition to its memory limit, because
 * a container that swaps slows down all others. `hasSwap`: the kernel can limit swap.
 */
export function describeLimits(
  { memoryBytes, cpuMillis, cpuShares, pids }: Resources,
  hasSwap: boolean,
): OciResources {
  const cpu = {
    ...(cpuMillis === undefined ? {} : describeQuota(cpuMillis)),
    ...(cpuShares === undefined ? {} : { shares: cpuShares }),
  };
  return {
    ...(memoryBytes === undefined ? {} : { memory: describeMemory(memoryBytes, hasSwap) }),
    ...(Object.keys(cpu).length === 0 ? {} : { cpu }),
    ...(pids === undefined ? {} : { pids: { limit: pids } }),
  };
}

export interface LimitChange {
  readonly before: Resources;
  readonly after: Resources;
  readonly hasSwap: boolean;
  /** The machine has cgroup v2. */
  readonly isUnified: boolean;
}

/**
 * Describes the limits of a running container; a limit that the spec does not have any more is set to none.
 */
export function describeChangedLimits({
  before,
  after,
  hasSwap,
  isUnified,
}: LimitChange): OciResources {
  const { cpu, ...limits } = describeLimits(after, hasSwap);
  const areSharesGone = before.cpuShares !== undefined && after.cpuShares === undefined;
  return {
    memory: describeMemory(UNLIMITED, hasSwap),
    pids: { limit: UNLIMITED },
    ...limits,
    cpu: {
      quota: UNLIMITED,
      period: CPU_PERIOD_MICROS,
      ...(areSharesGone && !isUnified ? { shares: USUAL_SHARES } : {}),
      ...cpu,
    },
    ...(areSharesGone && isUnified ? { unified: USUAL_WEIGHT } : {}),
  };
}

/** `swap` is memory and swap together (OCI runtime specification). */
function describeMemory(limit: number, hasSwap: boolean): NonNullable<OciResources['memory']> {
  return hasSwap ? { limit, swap: limit } : { limit };
}

function describeQuota(millis: number): OciCpu {
  return { quota: (millis * CPU_PERIOD_MICROS) / 1000, period: CPU_PERIOD_MICROS };
}
