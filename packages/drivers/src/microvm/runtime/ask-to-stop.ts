import type { StopOrder } from '@capsule/core';
import { microVmError } from '../errors.ts';
import { GuestClient } from '../guest/guest-client.ts';
import { continueProcess } from '../process/process-mark.ts';
import type { VmEnd, VmRun } from '../record/vm-run.ts';
import type { WatchedVm } from '../record/watched-vm.ts';
import { powerDown, stopPayload } from './stop-vm.ts';
import { machineOf } from './vm-seen.ts';
import type { VmWork } from './vm-work.ts';

/**
 * Stops a running machine through its agent, or with the power button where it has none; returns how it
 * ended, as `stop-vm.ts` does. Ends the watch of the machine. The caller holds the workload's lock.
 */
export async function askToStop(
  { context: { records, vmms }, running }: VmWork,
  vm: WatchedVm,
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
  // A guest whose payload has not run has nothing to flush, and its agent may not be up yet.
  const isUnresponsive = !run.isStarted || (running.watch(vm.id)?.pulse.isUnresponsive ?? false);
  // The exit after a requested stop is not reported a second time.
  running.forget(vm.id);
  using guest = new GuestClient({ vsock, token: run.token });
  try {
    return await stopPayload(guest, vm, how, { isUnresponsive, abort });
  } catch (error) {
    // The stop was aborted in favour of another: the machine runs on until then, and is watched again.
    running.follow(vm, run);
    throw error;
  }
}
