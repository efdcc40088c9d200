import { setTimeout as delay } from 'node:timers/promises';
import { readProc, signalProcess, statFields } from '@capsule/host';
import { microVmError } from '../errors.ts';

/** A process for good: numbers are given out again, but never at the same time of its start. */
export interface ProcessMark {
  readonly pid: number;
  /** In ticks since the machine's boot, as proc_pid_stat(5) has it. */
  readonly startTime: string;
}

const LOOK_AGAIN_MS = 5;
const LOOKS = 1000;
/** Processes die within milliseconds of KILL, unless the kernel holds them in a broken disk or mount. */
const DEATH_LIMIT_MS = 30_000;

/** Undefined for a process that is gone, or has ended and is only still listed. */
export async function markProcess(pid: number): Promise<ProcessMark | undefined> {
  const fields = await readFields(pid);
  const [state, startTime] = [fields[0], fields[19]];
  if (startTime === undefined || state === 'Z' || state === 'X') return undefined;
  return { pid, startTime };
}

export async function isProcessAlive({ pid, startTime }: ProcessMark): Promise<boolean> {
  return (await markProcess(pid))?.startTime === startTime;
}

/** Kills it and waits until it is gone. Fails with `MICROVM_PROCESS_LEFT`. Idempotent. */
export async function endProcess(mark: ProcessMark, limitMs = DEATH_LIMIT_MS): Promise<void> {
  const deadline = performance.now() + limitMs;
  for (let look = 0; await isProcessAlive(mark); look += 1) {
    if (look === 0) signalProcess(mark.pid, 'SIGKILL');
    if (performance.now() > deadline) throw microVmError.PROCESS_LEFT({ pid: mark.pid });
    await delay(LOOK_AGAIN_MS);
  }
}

/** Asks it to end, waits for `graceMs`, and kills it then. */
export async function askProcess(mark: ProcessMark, graceMs: number): Promise<void> {
  if (!(await isProcessAlive(mark))) return;
  signalProcess(mark.pid, 'SIGTERM');
  for (let waited = 0; waited < graceMs && (await isProcessAlive(mark)); waited += LOOK_AGAIN_MS) {
    await delay(LOOK_AGAIN_MS);
  }
  await endProcess(mark);
}

/** Lets it stand still, all of its threads, and resolves when they do. Idempotent. */
export async function suspendProcess(mark: ProcessMark): Promise<void> {
  for (let look = 0; look < LOOKS && (await isProcessAlive(mark)); look += 1) {
    if (look === 0) signalProcess(mark.pid, 'SIGSTOP');
    if ((await readFields(mark.pid))[0] === 'T') return;
    await delay(LOOK_AGAIN_MS);
  }
}

/** Linux counts processor time for others in hundredths of a second (`USER_HZ`). */
const TICK_MS = 10;

/** Processor time that it has had, with all of its threads, in milliseconds; zero for one that is gone. */
export async function processorMs({ pid, startTime }: ProcessMark): Promise<number> {
  const fields = await readFields(pid);
  if (fields[19] !== startTime) return 0;
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Idempotent. */
export async function continueProcess(mark: ProcessMark): Promise<void> {
  if (await isProcessAlive(mark)) signalProcess(mark.pid, 'SIGCONT');
}

/** What /proc tells of it, from its state on. */
async function readFields(pid: number): Promise<readonly string[]> {
  return statFields(await readProc(pid, 'stat'));
}
