import type { ImageRecipe } from '@capsule/imager';
import { busyboxRecipe } from '@capsule/testkit';

/**
 * One layer of 7 MB, a process that sleeps. It is stopped by KILL, as a sleeping PID 1 knows no TERM,
 * so that taking it down between two samples costs no grace period; nothing of this is timed.
 */
export const benchImage: ImageRecipe = {
  ...busyboxRecipe,
  names: ['localhost/capsule/bench:1'],
  config: { ...busyboxRecipe.config, Cmd: ['sleep', '2147483'], StopSignal: 'SIGKILL' },
};
