import { readFile } from 'node:fs/promises';

/** Of all times in /proc that are counted in ticks, since Linux 2.6 (proc(5), USER_HZ). */
const TICKS_PER_SECOND = 100;

/** Seconds since PID 1 started: since the boot of a machine, or since a capsule in namespaces came up. */
export async function readUptime(): Promise<number> {
  const [uptime, stat] = await Promise.all([
    readFile('/proc/uptime', 'utf8'),
    readFile('/proc/1/stat', 'utf8'),
  ]);
  return secondsSinceStart(stat, Number.parseFloat(uptime));
}

/** `stat` as proc_pid_stat(5) has it, whose 22nd field is when the process started. Pure. */
export function secondsSinceStart(stat: string, uptimeSeconds: number): number {
  // The second field is a name in brackets, with anything in it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const startedAt = Number(fields[22 - 3]) / TICKS_PER_SECOND;
  return Math.max(0, uptimeSeconds - startedAt);
}
