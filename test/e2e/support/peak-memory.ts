import { readFileSync, writeFileSync } from 'node:fs';

/** The peak memory of the process since the last `forgetPeakMemory`, in bytes. */
export function peakMemoryBytes(pid: number): number {
  const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1]) * 1024;
}

export function forgetPeakMemory(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}
