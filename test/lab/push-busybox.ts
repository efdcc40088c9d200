import { busyboxImage, dockerArchive, type Lab, ORDINARY_USER } from '@capsule/testkit';
import { capsulectl } from './capsulectl.ts';

/**
 * Pushes a busybox image with this configuration to the capsule. It does not run as root, unless its
 * configuration names a user.
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
