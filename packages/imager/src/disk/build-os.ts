import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { imagerError } from '../errors.ts';
import type { Profile } from '../profile.ts';
import { type BuildRequest, buildRootfs } from '../rootfs/build-rootfs.ts';
import { fetchFirmware } from '../uki/firmware-files.ts';
import { fetchMachineKernel } from '../uki/machine-kernel.ts';
import { openPublisherKey, type PublisherKey } from '../update/publisher-key.ts';
import { buildDisk, type DiskImage, type DiskParts } from './build-disk.ts';
import { buildRootImage, type RootImage } from './root-image.ts';

/** Where capsuled reads the keys that it trusts. */
const PUBLISHER = '/usr/lib/capsule/update-keys/publisher.pem';

/** The input of a build of the system. */
export interface OsRequest extends BuildRequest {
  /** Absent: that of the repository. */
  readonly version?: string;
}

/** Capsule as an operating system, built. */
export interface OperatingSystem extends DiskParts {
  /** The profile of the image. */
  readonly board: string;
  /** Signs the updates that the system accepts. */
  readonly publisher: PublisherKey;
  readonly root: RootImage;
  readonly disk: DiskImage;
}

/** Builds what is missing of a disk image: needs root, but no loop device and no mount. */
export async function buildOs(request: OsRequest): Promise<OperatingSystem> {
  const { repository, cacheDir, progress } = request;
  const publisher = await openPublisherKey(publisherPath(request));
  const profile = trusting(request.profile, publisher);
  const machine = machineOf(profile);
  if (process.arch !== 'x64') throw imagerError.NO_FIRMWARE({ architecture: process.arch });
  const { suite } = profile;
  const [rootfs, firmware, kernel, version] = await Promise.all([
    buildRootfs({ ...request, profile }),
    fetchFirmware({ ...request, suite }),
    fetchMachineKernel({ ...request, suite, name: machine.kernel.x64 }),
    request.version ?? versionOf(repository),
  ]);
  const parts = { machine, version, rootfs, kernel, firmware };
  const made = await assemble(parts, { cacheDir, progress });
  return { ...parts, ...made, board: profile.name, publisher };
}

/** Makes root and disk of parts that are there, or finds them in the cache. */
export async function assemble(
  parts: DiskParts,
  where: Pick<BuildRequest, 'cacheDir' | 'progress'>,
): Promise<Pick<OperatingSystem, 'root' | 'disk'>> {
  const root = await buildRootImage({ ...where, rootfs: parts.rootfs });
  return { root, disk: await buildDisk({ ...where, ...parts, root }) };
}

/** Every build with one cache makes systems that accept each other's updates. */
function publisherPath({ cacheDir, env }: OsRequest): string {
  return env['CAPSULE_PUBLISHER_KEY'] ?? join(cacheDir, 'keys/publisher.pem');
}

/** The profile whose system accepts the updates of a publisher. */
function trusting(profile: Profile, { publicPem }: PublisherKey): Profile {
  const machine = machineOf(profile);
  const files = { ...machine.files, [PUBLISHER]: { content: publicPem } };
  return { ...profile, machine: { ...machine, files } };
}

function machineOf({ machine, name }: Profile) {
  if (machine === undefined) throw imagerError.NO_MACHINE({ profile: name });
  return machine;
}

async function versionOf(repository: string): Promise<string> {
  const manifest = await readFile(join(repository, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
