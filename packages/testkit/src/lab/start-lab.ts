import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildRootfs, capsuleProfile, type ImageRecipe, type Progress } from '@capsule/imager';
import { layersInUse, startCapsule } from '@capsule/launcher';
import { standInRecipes } from '../images/stand-ins.ts';
import { registryStorage } from '../registry/registry-storage.ts';
import type { Lab } from './lab.ts';
import { RunningLab } from './running-lab.ts';

export interface LabRequest {
  /** Default: `lab-` and something random. */
  readonly name?: string;
  /** Images that the registry offers; `[]` for no registry. Default: all stand-ins. */
  readonly images?: readonly ImageRecipe[];
  /** Its state is in a new folder of this one. Default: the folder for temporary files. */
  readonly stateRoot?: string;
  readonly progress?: Progress;
}

const REPOSITORY = join(import.meta.dirname, '../../../..');

/**
 * Builds what is missing, starts a capsule and a registry for it, and returns when its API
 * answers. Disposing it stops both and fails with `LAB_LEAKED` when anything is left. The capsule
 * ends with this process, however that ends. Needs root.
 */
export async function startLab(request: LabRequest = {}): Promise<Lab> {
  const name = request.name ?? `lab-${randomBytes(3).toString('hex')}`;
  const recipes = request.images ?? standInRecipes;
  const cacheDir = process.env['CAPSULE_CACHE'] ?? '/var/cache/capsule';
  const common = { cacheDir, env: process.env, progress: request.progress ?? (() => undefined) };
  const profile = capsuleProfile;
  const rootfs = await buildRootfs({ ...common, repository: REPOSITORY, profile, layersInUse });
  const storage = recipes.length === 0 ? undefined : await registryStorage({ ...common, recipes });
  const stateDir = await mkdtemp(join(request.stateRoot ?? tmpdir(), `${name}-`));
  const boot = () => startCapsule({ name, rootfs, stateDir, attached: true });
  const lab = new RunningLab({ name, stateDir, storage, boot, repository: REPOSITORY });
  try {
    await lab.begin();
    return lab;
  } catch (cause) {
    await lab[Symbol.asyncDispose]();
    throw cause;
  }
}
