import { availableParallelism, loadavg } from 'node:os';

/**
 * The time limit on this machine for work that takes at most `ms` on an idle machine. If three programs share
 * a processor, each gets a third. Use it for promised times; use `until` for waits that only end a failed
 * test.
 */
export function stretched(ms: number): number {
  return Math.ceil(ms * Math.max(1, (loadavg()[0] ?? 0) / availableParallelism()));
}
