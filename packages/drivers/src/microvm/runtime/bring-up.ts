import { isCapsuleError } from '@capsule/core';
import { microVmError } from '../errors.ts';
import type { MadeVm } from '../record/made-vm.ts';
import type { VmRun } from '../record/vm-run.ts';
import { lostEnd } from './end-vm.ts';
import { startVm } from './start-vm.ts';
import type { VmWork } from './vm-work.ts';

/** Of one start, where the kernel hangs at its first steps. */
const BOOTS_MOST = 4;

/**
 * Starts a microVM, again where its kernel hangs before its first word; one that fails leaves nothing behind. For who
 * works alone on it.
 */
export async function bringUp(work: VmWork, vm: MadeVm, signal?: AbortSignal): Promise<VmRun> {
  for (let boot = 1; ; boot += 1) {
    try {
      return await startOnce(work, vm, boot, signal);
    } catch (error) {
      const isHung = isCapsuleError(error) && error.code === microVmError.BOOT_HUNG.code;
      if (!isHung || boot === BOOTS_MOST) throw error;
    }
  }
}

async function startOnce(
  { context, running }: VmWork,
  vm: MadeVm,
  boot: number,
  signal: AbortSignal | undefined,
): Promise<VmRun> {
  const { records } = context;
  try {
    const run = await startVm(context, vm, boot, signal);
    if (vm.spec.volumes.some(({ copyUp }) => copyUp)) await records.make(withoutCopies(vm));
    return run;
  } catch (error) {
    const run = await records.run(vm.id);
    if (run !== undefined) await running.end(run, lostEnd());
    // A start that failed is not a run that ended.
    await records.dropRun(vm.id);
    throw error;
  }
}

/** What was copied once is not copied into a volume that somebody has emptied since. */
function withoutCopies(vm: MadeVm): MadeVm {
  const volumes = vm.spec.volumes.map((volume) => ({ ...volume, copyUp: false }));
  return { ...vm, spec: { ...vm.spec, volumes } };
}
