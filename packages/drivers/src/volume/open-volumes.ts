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
  /** The folder of the files, on hosts without a pool: `/perm/volumes`. */
  readonly folder: string;
  readonly mountRoot: string;
  readonly faultPoint: FaultPoint<VolumeFault>;
}

export type OpenedVolumes = VolumeBackend & { readonly archives: VolumeArchives };

/**
 * Opens the storage of this host: a thin pool, or files where it has none. A missing or broken pool is never
 * replaced by files: every call of its volumes fails with the reason instead.
 */
export async function openVolumes(options: OpenVolumesOptions): Promise<OpenedVolumes> {
  const { pool, device, folder, mountRoot, faultPoint } = options;
  // Shared from the start, so that volumes which are mounted and unmounted leave nothing behind.
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

/** Repeated, and reported, where a volume is mounted. */
function reportedByAttach(): void {}
