import { type LabRequest, startLab } from '@capsule/testkit';
import type { Setting } from '../benchmark.ts';
import { benchError } from '../errors.ts';
import { WatchedCapsule } from './watched-capsule.ts';

/**
 * Starts a new capsule with the image of the benchmarks. `stateRoot` puts its state on another filesystem.
 */
export async function startCapsule(
  setting: Setting,
  place: Pick<LabRequest, 'stateRoot'> = {},
): Promise<WatchedCapsule> {
  const lab = await startLab({ ...place, images: [], progress: setting.say });
  const [name = ''] = setting.image.names;
  try {
    const pushed = await lab.capsulectl('image', 'push', setting.image.archive);
    if (pushed.exitCode !== 0) {
      throw benchError.PEER_NOT_STARTED({ peer: 'the capsule', said: pushed.stderr });
    }
    return WatchedCapsule.follow(lab, name);
  } catch (cause) {
    await lab[Symbol.asyncDispose]();
    throw cause;
  }
}
