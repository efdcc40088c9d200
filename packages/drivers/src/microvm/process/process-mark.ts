import { setTimeout as delay } from 'node:timers/promises';
import { readProc, signalProcess, statFields } from '@capsule/host';
import { microVmError } from '../errors.ts';

/** Identifies a process for good: the kernel reuses process numbers, but never with the same start time. */
export interface ProcessMark {
  readonly pid: number;
  /** In ticks since the machine's boot, as in proc_pid_stat(5). */
  readonly startTime: string;
}

const LOOK_AGAIN_MS = 5;
/** A thread that waits for a disk stops after that. */
const STOP_LIMIT_MS = 5_000;
/** Processes die within milliseconds of KILL, unless the kernel holds them in a broken disk or mount. */
const DEATH_LIMIT_MS = 30_000;

/** Returns the mark of a process; undefined for one that is gone or a zombie. */
export async function markProcess(pid: number): Promise<ProcessMark | undefined> {
  const fields = await readFields(pid);
  const [state, startTime] = [fields[0], fields[19]];
  if (startTime === undefined || state === 'Z' || state === 'X') return undefined;
  return { pid, startTime };
}

export async function isProcessAlive({ pid, startTime }: ProcessMark): Promise<boolean> {
  return (await markProcess(pid))?.startTime === startTime;
}

/** Kills the process and waits until it is gone. Fails with `MICROVM_PROCESS_LEFT`. Idempotent. */
export async function endProcess(mark: ProcessMark, limitMs = DEATH_LIMIT_MS): Promise<void> {
  const deadline = performance.now() + limitMs;
  for (let look = 0; await isProcessAlive(mark); look += 1) {
    if (look === 0) signalProcess(mark.pid, 'SIGKILL');
    if (performance.now() > deadline) throw microVmError.PROCESS_LEFT({ pid: mark.pid });
    await delay(LOOK_AGAIN_MS);
  }
}

/** Sends SIGTERM, waits for `graceMs`, then kills. */
export async function askProcess(mark: ProcessMark, graceMs: number): Promise<void> {
  if (!(await isProcessAlive(mark))) return;
  signalProcess(mark.pid, 'SIGTERM');
  for (let waited = 0; waited < graceMs && (await isProcessAlive(mark)); waited += LOOK_AGAIN_MS) {
    await delay(LOOK_AGAIN_MS);
  }
  await endProcess(mark);
}

/**
 * Stops all threads of the process, and resolves when they have stopped. Fails with
 * `MICROVM_PROCESS_NOT_STOPPED`. Idempotent.
 */
export async function suspendProcess(mark: ProcessMark, limitMs = STOP_LIMIT_MS): Promise<void> {
  const deadline = performance.now() + limitMs;
  for (let look = 0; await isProcessAlive(mark); look += 1) {
    if (look === 0) signalProcess(mark.pid, 'SIGSTOP');
    if (performance.now() > deadline) throw microVmError.PROCESS_NOT_STOPPED({ pid: mark.pid });
    if ((await readFields(mark.pid))[0] === 'T') return;
    await delay(LOOK_AGAIN_MS);
  }
}

/** Linux reports processor time in hundredths of a second (`USER_HZ`). */
const TICK_MS = 10;

/**
 * Returns the processor time of the process and all of its threads, in milliseconds; zero for one that is
 * gone.
 */
export async function processorMs({ pid, startTime }: ProcessMark): Promise<number> {
  const fields = await readFields(pid);
  if (fields[19] !== startTime) return 0;
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Lets a stopped process continue. Idempotent. */
export async function continueProcess(mark: ProcessMark): Promise<void> {
  if (await isProcessAlive(mark)) signalProcess(mark.pid, 'SIGCONT');
}

/** Returns the fields of /proc/PID/stat, from the state on. */
async function readFields(pid: number): Promise<readonly string[]> {
  return statFields(await readProc(pid, 'stat'));
}
