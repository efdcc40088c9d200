import type { ImageRecipe } from '@capsule/imager';
import { busyboxRecipe } from '@capsule/testkit';

/**
 * An image with one layer of 7 MB, whose process sleeps. SIGKILL stops it, because a sleeping PID 1 ignores
 * SIGTERM. So the removal between two samples needs no grace period. The removal is not measured.
 */
export const benchImage: ImageRecipe = {
  ...busyboxRecipe,
  names: ['localhost/capsule/bench:1'],
  config: { ...busyboxRecipe.config, Cmd: ['sleep', '2147483'], StopSignal: 'SIGKILL' },
};
