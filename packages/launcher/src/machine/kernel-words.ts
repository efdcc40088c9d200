import { join } from 'node:path';
import { run } from '@capsule/host';
import { layerPath, type Rootfs } from '@capsule/imager';

/**
 * Words for a kernel that is emulated: amid other work it measures its clocks wrongly, takes the timer for broken, and
 * waits for ever. An emulated processor does not speculate, so that defences against it only cost time.
 */
export async function emulationWords(rootfs: Pick<Rootfs, 'layers'>): Promise<readonly string[]> {
  const ticks = join(layerPath(rootfs, 'native'), 'usr/bin/capsule-ticks');
  const { stdout } = await run(ticks, [], { allow: [0, 1] });
  const kilohertz = Number(stdout.trim());
  const counter = kilohertz > 0 ? [`tsc_early_khz=${kilohertz}`] : [];
  return ['no_timer_check', 'mitigations=off', 'cryptomgr.notests', ...counter];
}
