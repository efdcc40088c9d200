import { emptyCgroup } from '../process/empty-cgroup.ts';
import { askProcess, endProcess } from '../process/process-mark.ts';
import type { VmRecords } from '../record/vm-records.ts';
import type { VmEnd, VmRun } from '../record/vm-run.ts';

/** What the writers of logs still have to write takes no longer. */
const DRAIN_MS = 3_000;
const WRITERS = ['output', 'console'];
/** Of a machine that is gone without a word. */
export const LOST_CODE = 255;

/** The end of what had not begun, is gone, or is taken down whatever it does. */
export function lostEnd(fault?: string): VmEnd {
  return { exitCode: LOST_CODE, at: Date.now(), ...(fault === undefined ? {} : { fault }) };
}

/**
 * The one way down: writes down how it ended, then ends what is left of it, the machine first and the writers of
 * its logs last. Idempotent, and goes on where an earlier one was cut short.
 */
export async function endVm(records: VmRecords, run: VmRun, end: VmEnd): Promise<VmRun> {
  const ended: VmRun = { ...run, ended: run.ended ?? end };
  if (run.ended === undefined) await records.putRun(ended);
  const machine = ended.processes.filter(({ role }) => !WRITERS.includes(role));
  // The machine before what carries its vsock: it would complain.
  for (const process of machine.toReversed()) await endProcess(process);
  const writers = ended.processes.filter(({ role }) => WRITERS.includes(role));
  await Promise.all(writers.map((process) => askProcess(process, DRAIN_MS)));
  await emptyCgroup(ended.cgroupFiles ?? []);
  return ended;
}
