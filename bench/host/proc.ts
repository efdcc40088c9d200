import { readFile } from 'node:fs/promises';
import { statFields } from '@capsule/host';

/** Of one process, in MB (10^6 bytes). */
export interface Memory {
  /** All that is resident, including pages of files (the node binary) that others share. */
  readonly resident: number;
  /** Memory that this process alone can use. */
  readonly anonymous: number;
}

export async function memoryOf(pid: number): Promise<Memory> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  const megabytes = (field: string) =>
    (Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) * 1024) / 1e6;
  return { resident: megabytes('VmRSS'), anonymous: megabytes('RssAnon') };
}

/** Linux counts in hundredths of a second, whatever the kernel's own tick is. */
const TICKS_PER_SECOND = 100;

/** Seconds of processor time that a process and its ended children have had. */
export async function processorSecondsOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  // utime to cstime are the 14th to 17th (proc_pid_stat(5)), and these begin with the third.
  const ticks = statFields(text)
    .slice(11, 15)
    .reduce((sum, field) => sum + Number(field), 0);
  return ticks / TICKS_PER_SECOND;
}
