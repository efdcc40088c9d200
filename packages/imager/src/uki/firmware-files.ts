import { join } from 'node:path';
import { Cache } from '../cache/cache.ts';
import { digestOf } from '../cache/digest.ts';
import { sizeOf } from '../cache/size-of.ts';
import { findDebianArchive } from '../debian/host-apt.ts';
import { type Progress, step } from '../progress.ts';
import { extractPackages } from '../rootfs/extract-packages.ts';

export interface FirmwareRequest {
  readonly cacheDir: string;
  readonly suite: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly progress: Progress;
}

/** Programs that run before a kernel does, on x86_64. */
export interface FirmwareFiles {
  readonly key: string;
  /** systemd-boot. */
  readonly loader: string;
  /** The program that a unified kernel image is made from. */
  readonly stub: string;
  /** UEFI for QEMU: its code, and the variables of a new machine. */
  readonly ovmfCode: string;
  readonly ovmfVariables: string;
}

const PACKAGES = ['base-files', 'ovmf', 'systemd-boot-efi'];

/** Fetches them from Debian, or finds them in the cache. */
export async function fetchFirmware(request: FirmwareRequest): Promise<FirmwareFiles> {
  const { cacheDir, suite, env, progress } = request;
  const cache = new Cache(cacheDir);
  const key = `firmware-${digestOf({ suite, PACKAGES, form: 1 })}`;
  const make = () =>
    cache.ensure(key, async (directory) => {
      const archive = await findDebianArchive(env['CAPSULE_DEBIAN_MIRROR']);
      const packages = PACKAGES;
      await extractPackages({ suite, packages, archive, directory, variant: 'extract' });
      return { sizeBytes: await sizeOf(directory) };
    });
  const { path } = (await cache.find(key)) ?? (await step(progress, 'boot loader and UEFI', make));
  return {
    key,
    loader: join(path, 'usr/lib/systemd/boot/efi/systemd-bootx64.efi'),
    stub: join(path, 'usr/lib/systemd/boot/efi/linuxx64.efi.stub'),
    ovmfCode: join(path, 'usr/share/OVMF/OVMF_CODE_4M.fd'),
    ovmfVariables: join(path, 'usr/share/OVMF/OVMF_VARS_4M.fd'),
  };
}
