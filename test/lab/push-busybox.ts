import { busyboxImage, dockerArchive, type Lab, ORDINARY_USER } from '@capsule/testkit';
import { capsulectl } from './capsulectl.ts';

/**
 * Makes a busybox image with this configuration known to the capsule, without a registry. It runs as another user
 * than root, unless its configuration names one.
 */
export async function pushBusybox(
  lab: Lab,
  reference: string,
  config: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const archive = dockerArchive(await busyboxImage({ User: ORDINARY_USER, ...config }), [
    reference,
  ]);
  await capsulectl(lab, ['image', 'push', '-'], { input: archive });
}
