import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { imagerError } from '../errors.ts';
import type { Profile } from '../profile.ts';
import { type BuildRequest, buildRootfs, type Rootfs } from '../rootfs/build-rootfs.ts';
import { type FirmwareFiles, fetchFirmware } from '../uki/firmware-files.ts';
import { fetchMachineKernel } from '../uki/machine-kernel.ts';
import { buildDisk, type DiskImage } from './build-disk.ts';
import { buildRootImage, type RootImage } from './root-image.ts';

/** Capsule as an operating system, built. */
export interface OperatingSystem {
  readonly version: string;
  readonly rootfs: Rootfs;
  readonly root: RootImage;
  readonly disk: DiskImage;
  readonly firmware: FirmwareFiles;
}

/** Builds what is missing of a disk image: needs root, but no loop device and no mount. */
export async function buildOs(request: BuildRequest): Promise<OperatingSystem> {
  const { profile, repository, cacheDir, progress } = request;
  const machine = machineOf(profile);
  if (process.arch !== 'x64') throw imagerError.NO_FIRMWARE({ architecture: process.arch });
  const { suite } = profile;
  const [rootfs, firmware, kernel, version] = await Promise.all([
    buildRootfs(request),
    fetchFirmware({ ...request, suite }),
    fetchMachineKernel({ ...request, suite, name: machine.kernel.x64 }),
    versionOf(repository),
  ]);
  const root = await buildRootImage({ cacheDir, rootfs, progress });
  const disk = await buildDisk({ ...request, machine, version, rootfs, root, kernel, firmware });
  return { version, rootfs, root, disk, firmware };
}

function machineOf({ machine, name }: Profile) {
  if (machine === undefined) throw imagerError.NO_MACHINE({ profile: name });
  return machine;
}

async function versionOf(repository: string): Promise<string> {
  const manifest = await readFile(join(repository, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
