import { mkdir } from 'node:fs/promises';
import type { FaultPoint, VolumeArchives, VolumeBackend, VolumeFault } from '@capsule/core';
import { exists, shareMounts } from '@capsule/host';
import { LoopFileVolumes } from './loop-file-volumes.ts';
import { LvmThinVolumes } from './lvm-thin-volumes.ts';
import { findKnownPool, hasHadPool, makeThinPool, type ThinPoolOptions } from './thin-pool.ts';
import { UnusableVolumes } from './unusable-volumes.ts';

const DEVICE_MAPPER = '/dev/mapper/control';

export interface OpenVolumesOptions {
  readonly pool: ThinPoolOptions;
  /** A disk that is to become the pool, if it is blank. */
  readonly device?: string;
  /** Where the files are, on hosts without a pool: `/perm/volumes`. */
  readonly folder: string;
  readonly mountRoot: string;
  readonly faultPoint: FaultPoint<VolumeFault>;
}

export type OpenedVolumes = VolumeBackend & { readonly archives: VolumeArchives };

/**
 * What this host has: a thin pool, or files where it has none. A pool that should be there and is not
 * usable is never replaced by files: volumes say why instead.
 */
export async function openVolumes(options: OpenVolumesOptions): Promise<OpenedVolumes> {
  const { pool, device, folder, mountRoot, faultPoint } = options;
  // From the start on, so that volumes that come and go leave nothing behind.
  await mkdir(mountRoot, { recursive: true, mode: 0o700 });
  await shareMounts(mountRoot).catch(reportedByAttach);
  const files = (why: string) => new LoopFileVolumes({ folder, mountRoot, faultPoint, why });
  try {
    if (device === undefined && !(await hasHadPool(pool)) && !(await exists(DEVICE_MAPPER))) {
      return files('no device-mapper in this kernel');
    }
    const disk = await (device === undefined ? findKnownPool(pool) : makeThinPool(device, pool));
    if (disk === undefined) return files(`no thin pool ${pool.group}/${pool.pool}`);
    return new LvmThinVolumes({ ...pool, device: disk, mountRoot, faultPoint });
  } catch (error) {
    return new UnusableVolumes('lvm-thin', error as Error);
  }
}

/** It is done again, and fails again, where a volume is mounted. */
function reportedByAttach(): void {}
