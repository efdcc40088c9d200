import { fieldChangeToProto, type VolumeService, volumeToProto } from '@capsule/api';
import { isName, VOLUME_DEFAULT_BYTES, VOLUME_UNIT_BYTES } from '@capsule/core';
import type { Feed } from '@capsule/engine';
import type { ServiceImpl } from '@connectrpc/connect';
import { volumeError } from '../controllers/volume-errors.ts';
import type { VolumeKeeper } from '../controllers/volume-keeper.ts';
import type { WorkloadConfig } from '../controllers/workload-config.ts';
import { changeToProto } from './change-to-proto.ts';

export interface VolumeServiceParts {
  readonly keeper: VolumeKeeper;
  readonly config: WorkloadConfig;
  readonly feed: Feed;
}

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
      return volumeToProto(await partsOrThrow().keeper.get(checked(name), signal));
    },
    async list(_request, { signal }) {
      const volumes = await partsOrThrow().keeper.list(signal);
      return { volumes: volumes.map(volumeToProto) };
    },
    async delete({ name, force }, { signal }) {
      const parts = partsOrThrow();
      if (force) await stopHolder(checked(name), parts, signal);
      return { existed: await parts.keeper.delete(checked(name), { force }) };
    },
    async resize({ name, newSizeMib }) {
      const { keeper } = partsOrThrow();
      await keeper.resize({ name: checked(name), sizeBytes: bytesOf(newSizeMib) });
      return volumeToProto(await keeper.get(name));
    },
    async apply({ name, sizeBytes, dryRun }) {
      const spec = { name, sizeBytes: Number(sizeBytes) };
      const { change, fields } = await partsOrThrow().keeper.apply(spec, { dryRun });
      return { change: changeToProto(change), fields: fields.map(fieldChangeToProto) };
    },
    async adopt({ name }) {
      const { keeper } = partsOrThrow();
      await keeper.adopt(checked(name));
      return volumeToProto(await keeper.get(name));
    },
  };
}

/** The wish changes, so that the workload does not come back and miss its volume. */
async function stopHolder(
  name: string,
  { keeper, config, feed }: VolumeServiceParts,
  signal: AbortSignal,
): Promise<void> {
  const holder = keeper.holderOf(name);
  if (holder === undefined) return;
  const changes = feed.changes(signal);
  config.stop(holder);
  while (keeper.holderOf(name) === holder) {
    if ((await changes.next()).done === true) return;
  }
  await changes.return(undefined);
}

/** Names of files and devices are made of it. */
function checked(name: string): string {
  if (!isName(name)) throw volumeError.NOT_FOUND({ name: name.slice(0, 80) });
  return name;
}

function bytesOf(mebibytes: bigint): number {
  return Number(mebibytes) * VOLUME_UNIT_BYTES;
}
