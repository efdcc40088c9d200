import { busyboxImage, dockerArchive, type Lab } from '@capsule/testkit';
import { capsulectl } from './capsulectl.ts';

/** Makes a busybox image with this configuration known to the capsule, without a registry. */
export async function pushBusybox(
  lab: Lab,
  reference: string,
  config: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const archive = dockerArchive(await busyboxImage(config), [reference]);
  await capsulectl(lab, ['image', 'push', '-'], { input: archive });
}
