import { readFile } from 'node:fs/promises';

/** Ticks per second of all times in /proc, since Linux 2.6 (proc(5), USER_HZ). */
const TICKS_PER_SECOND = 100;

/**
 * Returns the seconds since PID 1 started: since the machine booted, or since a capsule in
 * namespaces started.
 */
export async function readUptime(): Promise<number> {
  const [uptime, stat] = await Promise.all([
    readFile('/proc/uptime', 'utf8'),
    readFile('/proc/1/stat', 'utf8'),
  ]);
  return secondsSinceStart(stat, Number.parseFloat(uptime));
}

/** Parses `stat` in the format of proc_pid_stat(5), whose 22nd field is the start time. Pure. */
export function secondsSinceStart(stat: string, uptimeSeconds: number): number {
  // The second field is a name in parentheses, which may contain any character.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const startedAt = Number(fields[22 - 3]) / TICKS_PER_SECOND;
  return Math.max(0, uptimeSeconds - startedAt);
}
