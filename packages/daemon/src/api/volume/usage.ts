import type { MessageInitShape } from '@bufbuild/protobuf';
import { PoolLevel, type VolumeService, type VolumeUsageResponseSchema } from '@capsule/api/wire';
import type { PoolLevel as Level } from '@capsule/core';
import type { ServiceImpl } from '@connectrpc/connect';
import type { VolumeUsage } from '../../volume/describe.ts';
import type { VolumeObserver } from '../../volume/observe.ts';
import type { PoolObserver } from '../../volume/observe-pool.ts';

export interface VolumeUsageParts {
  readonly observer: Pick<VolumeObserver, 'usage'>;
  readonly pool: Pick<PoolObserver, 'level'>;
}

const LEVELS: Readonly<Record<Level, PoolLevel>> = {
  fine: PoolLevel.FINE,
  low: PoolLevel.LOW,
  full: PoolLevel.FULL,
};

type Usage = MessageInitShape<typeof VolumeUsageResponseSchema>;

/** Implements the call about the space that volumes use. */
export function usageCalls(
  parts: VolumeUsageParts,
): Pick<ServiceImpl<typeof VolumeService>, 'usage'> {
  return {
    async usage({ name }, { signal }): Promise<Usage> {
      const { volumes, pool } = await parts.observer.usage(name || undefined, signal);
      return {
        volumes: volumes.map(usageToProto),
        poolTotalBytes: BigInt(pool.totalBytes),
        poolUsedBytes: BigInt(pool.usedBytes),
        metadataPercent: pool.metadataPercent ?? 0,
        level: LEVELS[parts.pool.level],
      };
    },
  };
}

function usageToProto({ volume, snapshots, snapshotBytes }: VolumeUsage) {
  return {
    name: volume.name,
    snapshots,
    snapshotBytes: BigInt(snapshotBytes),
    sizeBytes: BigInt(volume.sizeBytes),
    freeBytes: BigInt(volume.freeBytes ?? 0),
    poolBytes: BigInt(volume.usedBytes),
  };
}
