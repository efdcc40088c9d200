import type { MicroVmContext } from './context.ts';
import type { RunningVms } from './running-vms.ts';

/** The arguments of a verb: the runtime's dependencies, and the running machines. */
export interface VmWork {
  readonly context: MicroVmContext;
  readonly running: RunningVms;
}
