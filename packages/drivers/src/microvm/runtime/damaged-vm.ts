import {
  type CapsuleError,
  type ContainerRef,
  type ContainerSeen,
  isCapsuleError,
} from '@capsule/core';
import type { MadeVm } from '../record/made-vm.ts';
import type { VmRun } from '../record/vm-run.ts';
import { isAnyAlive, machineOf, taskOf } from './vm-seen.ts';

/** The records of one microVM, of which at least one is damaged. */
export interface DamagedRecords {
  readonly made: MadeVm | CapsuleError;
  readonly run: VmRun | CapsuleError | undefined;
  /** Where the caller knows it. */
  readonly ref?: ContainerRef;
}

/**
 * Describes a microVM by the facts that are left. Returns undefined where nothing says which container it is: it is
 * then found by its name only.
 */
export async function describeDamaged(
  id: string,
  { made, run, ref }: DamagedRecords,
): Promise<ContainerSeen | undefined> {
  const damage = [made, run].find((one) => isCapsuleError(one));
  const known = ref ?? refIn(made) ?? refIn(isCapsuleError(run) ? run : run?.vm);
  if (damage === undefined || known === undefined) return undefined;
  const base = { id, ref: known, revision: '', imageDigest: '', resources: {}, damage };
  // Its processes are unknown: only a stop, which ends everything in its cgroup, makes sure.
  if (isCapsuleError(run)) return { ...base, task: 'unknown' };
  const isUp = run !== undefined && run.ended === undefined && (await isAnyAlive(run));
  if (!isUp) return { ...base, task: 'none' };
  const pid = machineOf(run)?.pid;
  return { ...base, task: taskOf(run), ...(pid !== undefined && { pid }) };
}

function refIn(vm: Pick<MadeVm, 'spec'> | CapsuleError | VmRun['vm']): ContainerRef | undefined {
  return vm === undefined || isCapsuleError(vm) ? undefined : vm.spec.ref;
}
