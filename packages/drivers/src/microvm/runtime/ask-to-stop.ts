import type { StopOrder } from '@capsule/core';
import { microVmError } from '../errors.ts';
import { GuestClient } from '../guest/guest-client.ts';
import { continueProcess } from '../process/process-mark.ts';
import type { MadeVm } from '../record/made-vm.ts';
import type { VmEnd, VmRun } from '../record/vm-run.ts';
import { powerDown, stopPayload } from './stop-vm.ts';
import { machineOf } from './vm-seen.ts';
import type { VmWork } from './vm-work.ts';

/**
 * Asks a machine that is up to stop, in the way that it understands; answers how it ended, as `stop-vm.ts` does. From
 * then on no watch follows it. The caller holds the workload's lock.
 */
export async function askToStop(
  { context: { records, vmms }, running }: VmWork,
  vm: MadeVm,
  run: VmRun,
  { abort, ...how }: StopOrder & { readonly abort?: AbortSignal | undefined },
): Promise<VmEnd> {
  const vmm = vmms.find(({ kind }) => kind === run.vmm);
  if (vmm === undefined) {
    throw microVmError.NO_VMM({
      container: vm.spec.ref.container,
      detail: `${run.vmm} is not known`,
    });
  }
  const { control, vsock } = records.paths(vm.id);
  const process = machineOf(run);
  if (run.isPaused && process !== undefined) await continueProcess(process);
  if (!run.hasAgent) {
    return powerDown(vmm, run, control, { graceMs: how.graceMs, abort });
  }
  // One whose payload has not run has nothing to flush, and its agent may not be there yet.
  const isDeaf = !run.isStarted || (running.watch(vm.id)?.pulse.isDeaf ?? false);
  // After a stop that was asked for, nobody is told of the exit a second time.
  running.forget(vm.id);
  using guest = new GuestClient({ vsock, token: run.token });
  try {
    return await stopPayload(guest, vm, how, { isDeaf, abort });
  } catch (error) {
    // Given up for another: it runs on until then, and is watched.
    running.follow(vm, run);
    throw error;
  }
}
