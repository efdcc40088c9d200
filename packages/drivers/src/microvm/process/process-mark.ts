import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** A process for good: numbers are given out again, but never at the same time of its start. */
export interface ProcessMark {
  readonly pid: number;
  /** In ticks since the machine's boot, as proc_pid_stat(5) has it. */
  readonly startTime: string;
}

const LOOK_AGAIN_MS = 5;
const LOOKS = 1000;

/** Undefined for a process that is gone, or has ended and is only still listed. */
export async function markProcess(pid: number): Promise<ProcessMark | undefined> {
  const text = await readStat(pid);
  // `pid (name) state …`: the name may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields[0], fields[19]];
  if (startTime === undefined || state === 'Z' || state === 'X') return undefined;
  return { pid, startTime };
}

export async function isAlive({ pid, startTime }: ProcessMark): Promise<boolean> {
  return (await markProcess(pid))?.startTime === startTime;
}

/** Kills it and waits until it is gone. Idempotent. */
export async function endProcess(mark: ProcessMark): Promise<void> {
  for (let look = 0; look < LOOKS && (await isAlive(mark)); look += 1) {
    if (look === 0) kill(mark.pid, 'SIGKILL');
    await delay(LOOK_AGAIN_MS);
  }
}

/** Asks it to end, waits for `graceMs`, and kills it then. */
export async function askProcess(mark: ProcessMark, graceMs: number): Promise<void> {
  if (!(await isAlive(mark))) return;
  kill(mark.pid, 'SIGTERM');
  for (let waited = 0; waited < graceMs && (await isAlive(mark)); waited += LOOK_AGAIN_MS) {
    await delay(LOOK_AGAIN_MS);
  }
  await endProcess(mark);
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code !== 'ESRCH') throw failure;
  }
}

async function readStat(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/stat`, 'utf8').catch((failure: NodeJS.ErrnoException) => {
    if (failure.code === 'ENOENT' || failure.code === 'ESRCH') return '';
    throw failure;
  });
}
