import { readFileSync, statfsSync, statSync } from 'node:fs';
import { mkdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  atOnceUnlessMissing,
  makeFolderAs,
  namespaceStateAt,
  pinnedNamespacePath,
  unlessMissing,
} from '@capsule/host';

/** The files of a cell: a mount on each of the first three, the mark of a complete pin, and the settings. */
export interface Pins {
  readonly folder: string;
  readonly ipc: string;
  readonly uts: string;
  readonly shm: string;
  readonly mark: string;
  readonly sysctls: string;
  readonly net: string;
}

export interface PinsSeen {
  readonly ipc: boolean;
  readonly uts: boolean;
  readonly shm: boolean;
  /** The most that the shared memory holds; undefined while it is not mounted. */
  readonly shmBytes: number | undefined;
  /** The host name of the last complete pin. */
  readonly hostname: string | undefined;
  /** The settings with which the namespaces were made. */
  readonly sysctls: string | undefined;
}

export function pinsOf(root: string, key: string): Pins {
  const folder = join(root, key);
  const at = (name: string) => join(folder, name);
  return {
    folder,
    net: pinnedNamespacePath(key),
    ipc: at('ipc'),
    uts: at('uts'),
    shm: at('shm'),
    mark: at('hostname'),
    sysctls: at('sysctls'),
  };
}

/** Undefined without the folder. Starts no process. */
export async function lookAtPins(pins: Pins): Promise<PinsSeen | undefined> {
  const folder = statSync(pins.folder, { throwIfNoEntry: false });
  if (folder === undefined) return undefined;
  const shm = statSync(pins.shm, { throwIfNoEntry: false });
  const [hostname, sysctls] = [pins.mark, pins.sysctls].map((path) =>
    atOnceUnlessMissing(() => readFileSync(path, 'utf8')),
  );
  const [ipc, uts] = await Promise.all([namespaceStateAt(pins.ipc), namespaceStateAt(pins.uts)]);
  const isMounted = shm !== undefined && shm.dev !== folder.dev;
  const shmBytes = isMounted ? sizeOf(pins.shm) : undefined;
  const pinned = { ipc: ipc === 'pinned', uts: uts === 'pinned', shm: isMounted };
  return { ...pinned, shmBytes, hostname, sysctls };
}

function sizeOf(mount: string): number {
  const { bsize, blocks } = statfsSync(mount);
  return bsize * blocks;
}

/** Makes the places of the mounts. Only root may enter: every user may write to the cell's shared memory. */
export async function makePlaces(
  { folder, ipc, uts, shm }: Pins,
  seen: PinsSeen | undefined,
): Promise<void> {
  await makeFolderAs(folder, 0o700);
  // A namespace that is pinned there cannot be opened for writing.
  if (seen?.ipc !== true) await writeFile(ipc, '', { flag: 'a' });
  if (seen?.uts !== true) await writeFile(uts, '', { flag: 'a' });
  await mkdir(shm, { recursive: true });
}

/** Removes the places. Nothing is mounted on them. */
export async function removePlaces({ folder, ipc, uts, shm, mark, sysctls }: Pins): Promise<void> {
  for (const file of [mark, sysctls, ipc, uts]) await rm(file, { force: true });
  await unlessMissing(rmdir(shm));
  await unlessMissing(rmdir(folder));
}
