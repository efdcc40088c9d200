import { readFile } from 'node:fs/promises';
import { statFields } from '@capsule/host';

/** The memory of one process, in MB (10^6 bytes). */
export interface Memory {
  /** All resident memory, including file pages (of the node binary) that other processes share. */
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

/** Linux counts in hundredths of a second, independent of the tick of the kernel. */
const TICKS_PER_SECOND = 100;

/** The CPU time of a process and its ended children, in seconds. */
export async function processorSecondsOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  // utime to cstime are fields 14 to 17 (proc_pid_stat(5)); this list begins with field 3.
  const ticks = statFields(text)
    .slice(11, 15)
    .reduce((sum, field) => sum + Number(field), 0);
  return ticks / TICKS_PER_SECOND;
}
