import type { ContainerSeen, TaskState } from '@capsule/core';
import { isProcessAlive } from '../process/process-mark.ts';
import type { MadeVm } from '../record/made-vm.ts';
import type { VmRun } from '../record/vm-run.ts';

/** Returns whether any process of a run is left. */
export async function isAnyAlive({ processes }: VmRun): Promise<boolean> {
  return (await Promise.all(processes.map(isProcessAlive))).includes(true);
}

/** Returns the process that is the machine. */
export function machineOf({ processes }: VmRun) {
  return processes.find(({ role }) => role === 'machine');
}

export async function isMachineUp(run: VmRun): Promise<boolean> {
  const machine = machineOf(run);
  return machine !== undefined && (await isProcessAlive(machine));
}

/** Describes a microVM by its records and processes. One that is still ending counts as running. */
export async function describeVm(
  vm: MadeVm,
  run: VmRun | undefined,
  trouble?: string,
): Promise<ContainerSeen> {
  const { id, spec, imageDigest } = vm;
  const base = {
    id,
    ref: spec.ref,
    revision: spec.revision,
    imageDigest,
    resources: spec.resources,
  };
  if (run === undefined) return { ...base, task: 'none' };
  const pid = machineOf(run)?.pid;
  const running = { ...base, task: taskOf(run), ...(pid === undefined ? {} : { pid }) };
  if (run.ended === undefined || (await isAnyAlive(run))) {
    return trouble === undefined ? running : { ...running, trouble };
  }
  const { exitCode, at, fault, oomKilled } = run.ended;
  return {
    ...base,
    task: 'stopped',
    exitCode,
    exitedAt: at,
    ...(fault === undefined ? {} : { fault }),
    ...(oomKilled === true ? { oomKilled } : {}),
  };
}

export function taskOf({ isStarted, isPaused }: VmRun): TaskState {
  if (!isStarted) return 'created';
  return isPaused === true ? 'paused' : 'running';
}
