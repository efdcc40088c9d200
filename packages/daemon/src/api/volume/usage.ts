import type { MessageInitShape } from '@bufbuild/protobuf';
import { PoolLevel, type VolumeService, type VolumeUsageResponseSchema } from '@capsule/api/wire';
import type { PoolLevel as Level, VolumeBackend } from '@capsule/core';
import type { ServiceImpl } from '@connectrpc/connect';
import type { VolumeKeeper } from '../../volume/commands.ts';
import type { PoolWatch } from '../../volume/observe-pool.ts';

export interface VolumeUsageParts {
  readonly keeper: VolumeKeeper;
  readonly backend: Pick<VolumeBackend, 'list' | 'listSnapshots' | 'probe'>;
  readonly watch: PoolWatch;
}

const LEVELS: Readonly<Record<Level, PoolLevel>> = {
  fine: PoolLevel.FINE,
  low: PoolLevel.LOW,
  full: PoolLevel.FULL,
};

/** The call about what volumes take. */
export function usageCalls(
  parts: VolumeUsageParts,
): Pick<ServiceImpl<typeof VolumeService>, 'usage'> {
  return {
    async usage({ name }, { signal }): Promise<MessageInitShape<typeof VolumeUsageResponseSchema>> {
      const { keeper, backend, watch } = parts;
      if (name !== '') await keeper.get(name, signal);
      const [seen, snapshots, pool] = await Promise.all([
        backend.list(signal),
        backend.listSnapshots(signal),
        backend.probe(signal),
      ]);
      const volumes = seen.filter((one) => name === '' || one.name === name);
      return {
        volumes: volumes.map((volume) => {
          const own = snapshots.filter((one) => one.volume === volume.name);
          const taken = own.reduce((total, { usedBytes }) => total + usedBytes, 0);
          return {
            ...{ name: volume.name, snapshots: own.length, snapshotBytes: BigInt(taken) },
            sizeBytes: BigInt(volume.sizeBytes),
            freeBytes: BigInt(volume.freeBytes ?? 0),
            poolBytes: BigInt(volume.usedBytes),
          };
        }),
        poolTotalBytes: BigInt(pool.totalBytes),
        poolUsedBytes: BigInt(pool.usedBytes),
        metadataPercent: pool.metadataPercent ?? 0,
        level: LEVELS[watch.level],
      };
    },
  };
}
