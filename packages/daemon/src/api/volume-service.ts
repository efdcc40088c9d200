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
  partsOrThrow: () => VolumeServiceParts,
): Partial<ServiceImpl<typeof VolumeService>> {
  return {
    async create({ name, sizeMib }) {
      const { keeper } = partsOrThrow();
      const sizeBytes = sizeMib === 0n ? VOLUME_DEFAULT_BYTES : bytesOf(sizeMib);
      await keeper.create({ name, sizeBytes });
      return volumeToProto(await keeper.get(name));
    },
    async get({ name }, { signal }) {
      return volumeToProto(await partsOrThrow().keeper.get(requireName(name), signal));
    },
    async list(_request, { signal }) {
      const volumes = await partsOrThrow().keeper.list(signal);
      return { volumes: volumes.map(volumeToProto) };
    },
    async delete({ name, force }, { signal }) {
      const parts = partsOrThrow();
      if (force) stopHolder(requireName(name), parts);
      await untilLeft(requireName(name), parts, signal);
      return { existed: await parts.keeper.delete(requireName(name), { force }) };
    },
    async resize({ name, newSizeMib }, { signal }) {
      const { keeper } = partsOrThrow();
      await untilLeft(requireName(name), partsOrThrow(), signal);
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
      const { change, fields } = await partsOrThrow().keeper.apply(spec, { dryRun });
      return { change: applyChangeToProto(change), fields: fields.map(fieldChangeToProto) };
    },
    async adopt({ name }) {
      const { keeper } = partsOrThrow();
      await keeper.adopt(requireName(name));
      return volumeToProto(await keeper.get(name));
    },
    ...snapshotCalls(partsOrThrow),
    ...transferCalls(partsOrThrow),
    ...usageCalls(partsOrThrow),
  };
}

function bytesOf(mebibytes: bigint): number {
  return Number(mebibytes) * VOLUME_UNIT_BYTES;
}
