import { type CellRecord, type VolumeBackend, volumesOf, volumeUse } from '@capsule/core';
import { folderIndex } from './folder-index.ts';

/** Binds the folders at each start: those of an earlier start may have been moved in the volume. */
export async function bindFolders(
  backend: Pick<VolumeBackend, 'bindFolders'>,
  cell: CellRecord,
  signal: AbortSignal,
): Promise<void> {
  if (volumeUse(cell.spec) === 'lent') return;
  for (const name of volumesOf(cell)) {
    const folders = foldersOf(cell, name);
    if (folders.length > 0) await backend.bindFolders(name, folders, signal);
  }
}

/** Returns the folders of all containers: they replace those that were bound before. */
function foldersOf(cell: CellRecord, name: string) {
  const mounts = cell.containers.flatMap((container) =>
    container.spec.mounts.map((mount, at) => ({
      ...mount,
      index: folderIndex({ cell, container }, at),
    })),
  );
  const own = mounts.filter(({ volumeName }) => volumeName === name);
  const isMade = own.some(({ readOnly }) => !readOnly);
  return own.flatMap(({ index, subPath }) =>
    subPath === undefined ? [] : [{ index, subPath, isMade }],
  );
}
