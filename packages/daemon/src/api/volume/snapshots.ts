import { randomUUID } from 'node:crypto';
import { snapshotToProto, type VolumeService, volumeToProto } from '@capsule/api/wire';
import type { ServiceImpl } from '@connectrpc/connect';
import type { VolumeCopies } from '../../volume/copies.ts';
import { volumeError } from '../../volume/errors.ts';
import type { VolumeObserver } from '../../volume/observe.ts';
import type { SnapshotCommands } from '../../volume/snapshot/commands.ts';
import type { SnapshotObserver } from '../../volume/snapshot/observe.ts';
import { requireName } from './require-name.ts';
import { requireRef } from './require-ref.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface SnapshotCallParts {
  readonly observer: Pick<VolumeObserver, 'get'>;
  readonly copies: VolumeCopies;
  readonly snapshots: {
    readonly commands: SnapshotCommands;
    readonly observer: SnapshotObserver;
  };
}

/** Implements the calls about snapshots of volumes. */
export function snapshotCalls({
  observer,
  copies,
  snapshots,
}: SnapshotCallParts): Pick<
  ServiceImpl<typeof VolumeService>,
  'takeSnapshot' | 'listSnapshots' | 'deleteSnapshot' | 'adoptSnapshot' | 'restore' | 'clone'
> {
  const { commands } = snapshots;
  return {
    async takeSnapshot({ volume, name }) {
      const isNamed = name !== '';
      if (isNamed) await commands.take({ volume, snapshot: name });
      const snapshot = isNamed ? name : await commands.takeNext(requireName(volume), 'at', 'asked');
      return snapshotToProto(await snapshots.observer.get({ volume, snapshot }));
    },
    async listSnapshots({ volume }, { signal }) {
      if (volume !== '') await observer.get(requireName(volume), signal);
      const shown = await snapshots.observer.list(volume || undefined, signal);
      return { snapshots: shown.map(snapshotToProto) };
    },
    async deleteSnapshot({ volume, name, force }) {
      return { existed: await commands.delete(requireRef(volume, name), { force }) };
    },
    async adoptSnapshot({ volume, name }) {
      const ref = requireRef(volume, name);
      await commands.adopt(ref);
      return snapshotToProto(await snapshots.observer.get(ref));
    },
    async restore({ volume, snapshot, discardCurrent }, { signal }) {
      const ref = requireRef(volume, snapshot);
      const keptAs = await copies.restore(ref, { discardCurrent }, signal);
      return { volume: volumeToProto(await observer.get(volume)), keptAs: keptAs ?? '' };
    },
    async clone({ volume, snapshot, newName, newUid }) {
      const from = { volume: requireName(volume), ...(snapshot && { snapshot }) };
      if (snapshot !== '') requireRef(volume, snapshot);
      await copies.clone(from, { name: newName, uid: uidOf(newUid) });
      return volumeToProto(await observer.get(newName));
    },
  };
}

/** Fails with `VOLUME_UID_INVALID`. */
function uidOf(asked: string): string {
  const uid = asked === '' ? randomUUID() : asked.toLowerCase();
  if (!UUID.test(uid)) throw volumeError.UID_INVALID({ uid: asked.slice(0, 80) });
  return uid;
}
