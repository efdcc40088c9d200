/** The proportional set size (PSS) of a process, in MB (10^6 bytes). */
export interface MappedMemory {
  /** The memory that a monitor gives to its guest. */
  readonly guest: number;
  readonly own: number;
}

const GUEST = '/memfd:memory-backend-memfd';

/** Sums the mappings of `/proc/PID/smaps` (proc_pid_smaps(5)). Pure. */
export function parseMappings(text: string): MappedMemory {
  const sums = { guest: 0, own: 0 };
  let owner: keyof MappedMemory = 'own';
  for (const line of text.split('\n')) {
    if (/^[0-9a-f]+-[0-9a-f]+ /.test(line)) owner = line.includes(GUEST) ? 'guest' : 'own';
    const kilobytes = /^Pss:\s+(\d+) kB/.exec(line)?.[1];
    if (kilobytes !== undefined) sums[owner] += (Number(kilobytes) * 1024) / 1e6;
  }
  return sums;
}
