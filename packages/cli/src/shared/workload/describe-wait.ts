import type { ReportedWorkload } from '@capsule/api/wire';
import { describeState } from './state.ts';

/** States that a message explains: the workloads that it waits for, or the failed health check. */
const EXPLAINED: readonly string[] = ['WaitingForDependency', 'RolledBack'];

/** The state of a workload that a command waits for, with what it needs to be ready. Pure. */
export function describeWait(workload: ReportedWorkload): string {
  const { spec, status } = workload;
  if (EXPLAINED.includes(status.reason) || status.health === 'starting') return status.message;
  if (status.settling !== true) return describeState(workload);
  return `running, and ready after it has run for ${spec.minReadySeconds} s`;
}
