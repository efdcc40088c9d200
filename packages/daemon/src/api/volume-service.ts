import {
  applyChangeToProto,
  fieldChangeToProto,
  type VolumeService,
  volumeSpecFromProto,
  volumeToProto,
} from '@capsule/api/wire';
import { VOLUME_DEFAULT_BYTES, VOLUME_UNIT_BYTES } from '@capsule/core';
import type { ServiceImpl } from '@connectrpc/connect';
import type { VolumeCommands } from '../volume/commands.ts';
import type { VolumeObserver } from '../volume/observe.ts';
import { requireName } from './volume/require-name.ts';
import { type SnapshotCallParts, snapshotCalls } from './volume/snapshots.ts';
import { type TransferCallParts, transferCalls } from './volume/transfer-calls.ts';
import { usageCalls, type VolumeUsageParts } from './volume/usage.ts';

export interface VolumeServiceParts extends SnapshotCallParts, TransferCallParts, VolumeUsageParts {
  readonly commands: VolumeCommands;
  readonly observer: VolumeObserver;
}

/** Implements the calls about volumes. */
export function volumeService(
  parts: VolumeServiceParts,
): Partial<ServiceImpl<typeof VolumeService>> {
  const { commands, observer } = parts;
  return {
    async create({ name, sizeMib }) {
      const sizeBytes = sizeMib === 0n ? VOLUME_DEFAULT_BYTES : bytesOf(sizeMib);
      await commands.create({ name, sizeBytes });
      return volumeToProto(await observer.get(name));
    },
    async get({ name }, { signal }) {
      return volumeToProto(await observer.get(requireName(name), signal));
    },
    async list(_request, { signal }) {
      const volumes = await observer.list(signal);
      return { volumes: volumes.map(volumeToProto) };
    },
    async delete({ name, force }, { signal }) {
      return { existed: await commands.delete(requireName(name), force, signal) };
    },
    async resize({ name, newSizeMib }, { signal }) {
      const sizeBytes = bytesOf(newSizeMib);
      await commands.resize({ name: requireName(name), sizeBytes }, signal);
      return volumeToProto(await observer.get(name));
    },
    async apply(request) {
      const { dryRun } = request;
      const { change, fields } = await commands.apply(volumeSpecFromProto(request), { dryRun });
      return { change: applyChangeToProto(change), fields: fields.map(fieldChangeToProto) };
    },
    async adopt({ name }) {
      await commands.adopt(requireName(name));
      return volumeToProto(await observer.get(name));
    },
    ...snapshotCalls(parts),
    ...transferCalls(parts),
    ...usageCalls(parts),
  };
}

function bytesOf(mebibytes: bigint): number {
  return Number(mebibytes) * VOLUME_UNIT_BYTES;
}
