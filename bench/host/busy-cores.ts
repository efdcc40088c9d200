import { readFile } from 'node:fs/promises';
import { setTimeout as rest } from 'node:timers/promises';

/** The processor time of the whole machine since its start, in hundredths of a second of one core. */
export interface MachineTime {
  readonly busy: number;
  readonly all: number;
}

const LOOK_MS = 3_000;

/**
 * Returns how many cores other programs use while this one waits. The load average does not show that: it also counts
 * the benchmark before this one.
 */
export async function busyCores(cores: number, signal: AbortSignal): Promise<number> {
  const before = parseMachineTime(await readFile('/proc/stat', 'utf8'));
  await rest(LOOK_MS, undefined, { signal });
  const after = parseMachineTime(await readFile('/proc/stat', 'utf8'));
  return (cores * (after.busy - before.busy)) / (after.all - before.all);
}

/** Reads the first line of `/proc/stat` (proc_stat(5)). Time that the hypervisor took away counts as busy. Pure. */
export function parseMachineTime(text: string): MachineTime {
  const times = /^cpu +(.*)$/m.exec(text)?.[1]?.split(' ').map(Number) ?? [];
  // Guest time, the last two, is part of user time already.
  const [user = 0, nice = 0, system = 0, idle = 0, waits = 0, ...others] = times.slice(0, 8);
  const busy = [user, nice, system, ...others].reduce((sum, time) => sum + time, 0);
  return { busy, all: busy + idle + waits };
}
