import type { MicroVmContext } from './context.ts';
import type { RunningVms } from './running-vms.ts';

/** What a verb works with: the outside, and the machines that run. */
export interface VmWork {
  readonly context: MicroVmContext;
  readonly running: RunningVms;
}
