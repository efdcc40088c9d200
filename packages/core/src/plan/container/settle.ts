import type { WorkloadStatus } from '../../resource/workload/workload.ts';

/** A status of another run: what belonged to a process is left out. Pure. */
export function settle(before: WorkloadStatus, change: Partial<WorkloadStatus>): WorkloadStatus {
  const { pid: _pid, progress: _progress, nextRetryAt: _retry, hint: _hint, ...rest } = before;
  const { health: _health, settling: _settling, endCause: _cause, ...kept } = rest;
  return { ...kept, ...change };
}

/** The same, without the exit of an earlier process. Pure. */
export function withoutOldExit(
  before: WorkloadStatus,
  change: Partial<WorkloadStatus>,
): WorkloadStatus {
  const { exitSignal: _signal, oomKilled: _oom, ...rest } = before;
  return settle(rest, change);
}
