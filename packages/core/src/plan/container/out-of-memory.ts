import type { ContainerSeen } from '../../port/container-runtime.ts';
import type { ContainerRecord } from '../../resource/cell/container.ts';
import type { WorkloadStatus } from '../../resource/workload/workload.ts';
import { describeEnd, isEndState, KILLED } from './end-cause.ts';
import { describeExit, type Exit, exitFromStatus } from './exit.ts';
import type { StatusClock } from './status-clock.ts';

/**
 * How the process ended. The kernel's event just before the exit shows that memory was short, whatever the exit code: a
 * program may end in its own way after the kernel has killed one of its processes. A cgroup counts such kills, but does
 * not date them, so its count explains the end of a killed process alone. Pure.
 */
export function exitOf(
  { exitCode = 255, oomKilled }: ContainerSeen,
  { isOutOfMemory }: Pick<StatusClock, 'isOutOfMemory'>,
): Exit {
  const isEvent = isOutOfMemory && exitCode !== 0;
  return exitFromStatus(exitCode, isEvent || (oomKilled === true && exitCode === KILLED));
}

/** The kernel's word came after the exit that it explains. Pure. */
export function statusWhenOutOfMemory(
  { spec }: Pick<ContainerRecord, 'spec'>,
  before: WorkloadStatus,
  now: number,
): WorkloadStatus {
  const { exitCode = 0 } = before;
  const isLate =
    exitCode !== 0 &&
    before.oomKilled !== true &&
    // A clock that was set back makes an old exit one of the future.
    Math.abs(now - (before.finishedAt ?? 0)) < OOM_LATE_MS;
  if (!isLate) return before;
  const exit = exitFromStatus(exitCode, true);
  const { reason, endCause } = before;
  // A capsuled that stored no cause knew of no other.
  if ((endCause ?? 'exit') !== 'exit' || !isEndState(reason)) return { ...before, ...exit };
  const message = describeEnd(reason, describeExit(exit, spec.resources.memoryBytes));
  return { ...before, ...exit, message };
}

const OOM_LATE_MS = 5_000;
