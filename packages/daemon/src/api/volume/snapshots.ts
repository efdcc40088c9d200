import { randomUUID } from 'node:crypto';
import { snapshotToProto, type VolumeService, volumeToProto } from '@capsule/api/wire';
import { isName, type SnapshotRef } from '@capsule/core';
import type { ServiceImpl } from '@connectrpc/connect';
import type { SnapshotKeeper } from '../../snapshot/commands.ts';
import { snapshotError } from '../../snapshot/errors.ts';
import type { VolumeCopies } from '../../volume/copies.ts';
import { volumeError } from '../../volume/errors.ts';
import { untilLeft, type VolumeHolderParts } from '../../volume/holder.ts';
import type { VolumeSteps } from '../../volume/steps.ts';
import { requireName } from './require-name.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface SnapshotCallParts extends VolumeHolderParts {
  readonly snapshotKeeper: SnapshotKeeper;
  readonly steps: VolumeSteps;
  readonly copies: VolumeCopies;
}

/** The calls about snapshots of volumes. */
export function snapshotCalls(
  parts: SnapshotCallParts,
): Pick<
  ServiceImpl<typeof VolumeService>,
  'takeSnapshot' | 'listSnapshots' | 'deleteSnapshot' | 'adoptSnapshot' | 'restore' | 'clone'
> {
  return {
    async takeSnapshot({ volume, name }) {
      const { snapshotKeeper } = parts;
      if (name === '') {
        const snapshot = await snapshotKeeper.takeNext(requireName(volume), 'at', 'asked');
        return show({ volume, snapshot }, snapshotKeeper);
      }
      const ref = { volume, snapshot: name };
      await snapshotKeeper.take(ref);
      return show(ref, snapshotKeeper);
    },
    async listSnapshots({ volume }, { signal }) {
      const { snapshotKeeper, keeper } = parts;
      if (volume !== '') await keeper.get(requireName(volume), signal);
      const snapshots = await snapshotKeeper.list(volume || undefined, signal);
      return { snapshots: snapshots.map(snapshotToProto) };
    },
    async deleteSnapshot({ volume, name, force }) {
      const ref = requireRef(volume, name);
      return { existed: await parts.snapshotKeeper.delete(ref, { force }) };
    },
    async adoptSnapshot({ volume, name }) {
      const { snapshotKeeper } = parts;
      const ref = requireRef(volume, name);
      await snapshotKeeper.adopt(ref);
      return show(ref, snapshotKeeper);
    },
    async restore({ volume, snapshot, discardCurrent }, { signal }) {
      const { keeper, snapshotKeeper, steps, copies } = parts;
      const ref = requireRef(volume, snapshot);
      snapshotKeeper.ready(ref);
      await untilLeft(volume, parts, signal);
      steps.checkDetached(volume);
      const keptAs = discardCurrent
        ? ''
        : await snapshotKeeper.takeNext(volume, 'before-restore', 'asked');
      await copies.restore(ref);
      return { volume: volumeToProto(await keeper.get(volume)), keptAs };
    },
    async clone({ volume, snapshot, newName, newUid }) {
      const { keeper, copies } = parts;
      const from = { volume: requireName(volume), ...(snapshot && { snapshot }) };
      if (snapshot !== '') requireRef(volume, snapshot);
      const uid = newUid === '' ? randomUUID() : newUid.toLowerCase();
      if (!UUID.test(uid)) throw volumeError.UID_INVALID({ uid: newUid.slice(0, 80) });
      await copies.clone(from, { name: newName, uid });
      return volumeToProto(await keeper.get(newName));
    },
  };
}

async function show(ref: SnapshotRef, keeper: SnapshotKeeper) {
  const shown = await keeper.list(ref.volume);
  const found = shown.find(({ snapshot }) => snapshot === ref.snapshot);
  if (found === undefined) throw snapshotError.NOT_FOUND({ name: `${ref.volume}@${ref.snapshot}` });
  return snapshotToProto(found);
}

function requireRef(volume: string, snapshot: string): SnapshotRef {
  if (isName(volume) && isName(snapshot)) return { volume, snapshot };
  throw snapshotError.NOT_FOUND({ name: `${volume.slice(0, 80)}@${snapshot.slice(0, 80)}` });
}
