import { availableParallelism, loadavg } from 'node:os';

/**
 * How long something may take here that takes at most `ms` on a machine with a processor to spare: a processor that is
 * shared by three gives each a third. For promises of time; a wait that is there to end a test that failed has `until`.
 */
export function stretched(ms: number): number {
  return Math.ceil(ms * Math.max(1, (loadavg()[0] ?? 0) / availableParallelism()));
}
