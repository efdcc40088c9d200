import { emptyCgroup } from '../process/empty-cgroup.ts';
import { askProcess, endProcess } from '../process/process-mark.ts';
import type { VmRecords } from '../record/vm-records.ts';
import type { VmEnd, VmRun } from '../record/vm-run.ts';

/** The time that the log writers get to write the rest. */
const DRAIN_MS = 3_000;
const WRITERS = ['output', 'console'];
/** The exit code of a machine that is gone without one. */
const LOST_CODE = 255;

/** The end of a machine whose run had not begun, is gone, or is ended by force. */
export function lostEnd(fault?: string): VmEnd {
  return { exitCode: LOST_CODE, at: Date.now(), ...(fault === undefined ? {} : { fault }) };
}

/**
 * The one way to end a run: records how it ended, then ends the rest of its processes, the machine first and
 * the log writers last. Idempotent, and completes an interrupted one. Ends the processes also when the record
 * cannot be written, and fails then.
 */
export async function endVm(records: VmRecords, run: VmRun, end: VmEnd): Promise<VmRun> {
  const ended: VmRun = { ...run, ended: run.ended ?? end };
  try {
    if (run.ended === undefined) await records.putRun(ended);
  } finally {
    await endProcesses(ended);
  }
  return ended;
}

async function endProcesses({ processes, cgroupFiles = [] }: VmRun): Promise<void> {
  const machine = processes.filter(({ role }) => !WRITERS.includes(role));
  // The machine goes before the process that carries its vsock, which would report an error otherwise.
  for (const process of machine.toReversed()) await endProcess(process);
  const writers = processes.filter(({ role }) => WRITERS.includes(role));
  await Promise.all(writers.map((process) => askProcess(process, DRAIN_MS)));
  await emptyCgroup(cgroupFiles);
}
