import {
  applyChangeToProto,
  fieldChangeToProto,
  scheduleFromProto,
  type VolumeService,
  volumeToProto,
} from '@capsule/api/wire';
import { VOLUME_DEFAULT_BYTES, VOLUME_UNIT_BYTES } from '@capsule/core';
import type { ServiceImpl } from '@connectrpc/connect';
import { stopHolder, untilLeft, type VolumeHolderParts } from '../volume/holder.ts';
import { requireName } from './volume/require-name.ts';
import { type SnapshotCallParts, snapshotCalls } from './volume/snapshots.ts';
import { type TransferCallParts, transferCalls } from './volume/transfers.ts';
import { usageCalls, type VolumeUsageParts } from './volume/usage.ts';

export type VolumeServiceParts = VolumeHolderParts &
  SnapshotCallParts &
  TransferCallParts &
  VolumeUsageParts;

/** The calls about volumes. */
export function volumeService(
  parts: VolumeServiceParts,
): Partial<ServiceImpl<typeof VolumeService>> {
  return {
    async create({ name, sizeMib }) {
      const { keeper } = parts;
      const sizeBytes = sizeMib === 0n ? VOLUME_DEFAULT_BYTES : bytesOf(sizeMib);
      await keeper.create({ name, sizeBytes });
      return volumeToProto(await keeper.get(name));
    },
    async get({ name }, { signal }) {
      return volumeToProto(await parts.keeper.get(requireName(name), signal));
    },
    async list(_request, { signal }) {
      const volumes = await parts.keeper.list(signal);
      return { volumes: volumes.map(volumeToProto) };
    },
    async delete({ name, force }, { signal }) {
      if (force) stopHolder(requireName(name), parts);
      await untilLeft(requireName(name), parts, signal);
      return { existed: await parts.keeper.delete(requireName(name), { force }) };
    },
    async resize({ name, newSizeMib }, { signal }) {
      const { keeper } = parts;
      await untilLeft(requireName(name), parts, signal);
      await keeper.resize({ name: requireName(name), sizeBytes: bytesOf(newSizeMib) });
      return volumeToProto(await keeper.get(name));
    },
    async apply({ name, sizeBytes, dryRun, snapshotSchedule: wire }) {
      const snapshotSchedule = scheduleFromProto(wire);
      const spec = {
        name,
        sizeBytes: Number(sizeBytes),
        ...(snapshotSchedule && { snapshotSchedule }),
      };
      const { change, fields } = await parts.keeper.apply(spec, { dryRun });
      return { change: applyChangeToProto(change), fields: fields.map(fieldChangeToProto) };
    },
    async adopt({ name }) {
      const { keeper } = parts;
      await keeper.adopt(requireName(name));
      return volumeToProto(await keeper.get(name));
    },
    ...snapshotCalls(parts),
    ...transferCalls(parts),
    ...usageCalls(parts),
  };
}

function bytesOf(mebibytes: bigint): number {
  return Number(mebibytes) * VOLUME_UNIT_BYTES;
}
