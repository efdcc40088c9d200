import { type ContainerSpec, containerCgroup } from '@capsule/core';
import { emptyCgroup } from '../process/empty-cgroup.ts';
import { makeCgroup } from '../process/vm-cgroup.ts';
import type { VmWork } from './vm-work.ts';

/** Names the cgroup of a microVM. */
export interface VmPlace {
  readonly id: string;
  readonly spec: Pick<ContainerSpec, 'ref' | 'role'>;
}

/**
 * Ends a run whose record is damaged: kills every process in its cgroup, then forgets the run. Its guest cannot
 * be asked to flush, because the record has the token for that. The caller holds the workload's lock.
 */
export async function endUnknown({ context, running }: VmWork, vm: VmPlace): Promise<void> {
  running.forget(vm.id);
  await emptyCgroup(await makeCgroup(context.cgroupRoot, containerCgroup(vm.spec)));
  await context.records.dropRun(vm.id);
}
