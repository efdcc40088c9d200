import { isCapsuleError } from '@capsule/core';
import { microVmError } from '../errors.ts';
import type { MadeVm } from '../record/made-vm.ts';
import type { VmRun } from '../record/vm-run.ts';
import { lostEnd } from './end-vm.ts';
import { type StartHow, startVm } from './start-vm.ts';
import type { VmWork } from './vm-work.ts';

/** Boots of one start, for a kernel that hangs at its first steps. */
const BOOTS_MOST = 4;

/**
 * Starts a microVM, again where its kernel hangs before its first line or a snapshot is unfit; a failed start leaves nothing behind.
 * The caller holds the workload's lock.
 */
export async function bringUp(work: VmWork, vm: MadeVm, signal?: AbortSignal): Promise<VmRun> {
  let isWarm = true;
  for (let boot = 1; ; ) {
    try {
      return await startOnce(work, vm, { boot, isWarm }, signal);
    } catch (error) {
      if (!isCapsuleError(error)) throw error;
      if (error.code === microVmError.NOT_RESUMED.code) {
        isWarm = false;
        work.running.remark(vm, { reason: 'NotResumed', message: error.message });
        continue;
      }
      if (error.code !== microVmError.BOOT_HUNG.code || boot === BOOTS_MOST) throw error;
      boot += 1;
    }
  }
}

async function startOnce(
  { context, running }: VmWork,
  vm: MadeVm,
  how: StartHow,
  signal: AbortSignal | undefined,
): Promise<VmRun> {
  const { records } = context;
  try {
    const run = await startVm(context, vm, how, signal);
    if (vm.spec.volumes.some(({ copyUp }) => copyUp)) await records.make(withoutCopies(vm));
    return run;
  } catch (error) {
    const run = await records.run(vm.id);
    if (run !== undefined) await running.end(run, lostEnd());
    // A failed start does not count as a run.
    await records.dropRun(vm.id);
    throw error;
  }
}

/** A volume that was filled once is not filled again, even if it has been emptied since. */
function withoutCopies(vm: MadeVm): MadeVm {
  const volumes = vm.spec.volumes.map((volume) => ({ ...volume, copyUp: false }));
  return { ...vm, spec: { ...vm.spec, volumes } };
}
