import type { GuestClient } from '../guest/guest-client.ts';
import { limitGuest } from '../guest/limit-guest.ts';
import { continueProcess, suspendProcess } from '../process/process-mark.ts';
import type { WatchedVm } from '../record/watched-vm.ts';
import { setClock } from './agent-pulse.ts';
import { putFiles } from './put-files.ts';
import { isAnyAlive, machineOf } from './vm-seen.ts';
import type { VmWork } from './vm-work.ts';

/**
 * Pauses a machine until `resumeVm`, which may be called by another capsuled. Idempotent; leaves a stopped
 * machine alone.
 */
export async function pauseVm(work: VmWork, id: string, suspend = suspendProcess): Promise<void> {
  const { context, running } = work;
  await running.withLock(id, async () => {
    const up = await findUp(work, id);
    if (up === undefined || up.run.isPaused) return;
    // Recorded first: a paused machine without the record would count as lost.
    await context.records.putRun({ ...up.run, isPaused: true });
    // Held only now: if the record fails, the machine runs on, and its agent is still watched.
    const watch = running.watch(id);
    if (watch !== undefined) watch.pulse.isHeld = true;
    try {
      await suspend(up.machine);
    } catch (error) {
      // Only a machine that stands still is recorded as paused: the caller tries again.
      await continueProcess(up.machine);
      await context.records.putRun(up.run);
      if (watch !== undefined) watch.pulse.isHeld = false;
      throw error;
    }
    running.emit(up.vm, 'changed');
  });
}

/** Resumes a machine, with the current time and files. Idempotent. */
export async function resumeVm(work: VmWork, id: string): Promise<void> {
  const { context, running } = work;
  await running.withLock(id, async () => {
    const up = await findUp(work, id);
    if (up === undefined || !up.run.isPaused) return;
    await continueProcess(up.machine);
    await context.records.putRun({ ...up.run, isPaused: false });
    const watch = running.watch(id);
    if (watch !== undefined) {
      await setClock(watch.guest);
      await refresh(work, watch.guest, up.vm);
      watch.pulse.isHeld = false;
    }
    running.emit(up.vm, 'changed');
  });
}

/** Sends a guest everything that changed while it stood still. One that does not get it runs on, and that is reported. */
async function refresh({ context }: VmWork, guest: GuestClient, vm: WatchedVm): Promise<void> {
  try {
    const made = await context.records.made(vm.id);
    if (made?.oci === undefined) return;
    await limitGuest(guest, made.spec.resources);
    await putFiles(guest, made.spec);
  } catch (error) {
    context.onProblem(vm.spec.ref.container, error);
  }
}

async function findUp({ context: { records } }: VmWork, id: string) {
  const [vm, run] = [await records.watched(id), await records.run(id)];
  if (vm === undefined || !run?.isStarted || run.ended !== undefined) return undefined;
  const machine = machineOf(run);
  return machine !== undefined && (await isAnyAlive(run)) ? { vm, run, machine } : undefined;
}
