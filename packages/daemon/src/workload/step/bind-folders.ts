import { type VolumeBackend, type VolumeFolder, volumesOf, volumeUse } from '@capsule/core';
import type { PlacedContainer } from '../steps.ts';
import { folderPlace } from './folder-place.ts';

/** Binds the folders of a container at each start: those of an earlier start may have been moved in the volume. */
export async function bindFolders(
  backend: Pick<VolumeBackend, 'bindFolders'>,
  at: PlacedContainer,
  signal: AbortSignal,
): Promise<void> {
  if (volumeUse(at.cell.spec) === 'lent') return;
  for (const name of volumesOf({ containers: [at.container] })) {
    const folders = foldersOf(at, name);
    if (folders.length > 0) await backend.bindFolders(name, folders, signal);
  }
}

function foldersOf({ cell, container }: PlacedContainer, name: string): readonly VolumeFolder[] {
  const isOfVolume = (mount: { readonly volumeName: string }) => mount.volumeName === name;
  const mounts = cell.containers.flatMap(({ spec }) => spec.mounts);
  const isMade = mounts.some((mount) => isOfVolume(mount) && !mount.readOnly);
  return container.spec.mounts.flatMap((mount, at) =>
    mount.subPath === undefined || !isOfVolume(mount)
      ? []
      : [{ place: folderPlace(container, at), subPath: mount.subPath, isMade }],
  );
}
