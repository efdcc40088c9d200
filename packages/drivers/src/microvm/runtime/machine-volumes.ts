import type { ContainerSpec } from '@capsule/core';
import { guestFolder } from '../guest/guest-paths.ts';

type Volume = ContainerSpec['volumes'][number];

/**
 * Returns the volumes of a machine, each once: one disk and one mount in the guest, however often the payload
 * mounts it. It is writable if one of its mounts is. The first mount with `copyUp` names the folder of the
 * image that fills an empty volume. Pure.
 */
export function machineVolumes({ volumes }: Pick<ContainerSpec, 'volumes'>): readonly Volume[] {
  return [...new Set(volumes.map(({ name }) => name))].flatMap((name) => {
    const places = volumes.filter((volume) => volume.name === name);
    const main = places.find(({ copyUp }) => copyUp) ?? places[0];
    if (main === undefined) return [];
    const { subPath: _folder, ...volume } = main;
    return { ...volume, readOnly: places.every(({ readOnly }) => readOnly) };
  });
}

/**
 * Returns the folders of a volume that the guest binds in addition, each for the payload's mount of that
 * index. Pure.
 */
export function machineFolders(
  { volumes }: Pick<ContainerSpec, 'volumes'>,
  name: string,
): readonly { readonly name: string; readonly path: string }[] {
  return volumes.flatMap((volume, index) =>
    volume.name === name && volume.subPath !== undefined
      ? [{ name: guestFolder(index).name, path: volume.subPath }]
      : [],
  );
}

/**
 * Returns the name that Linux gives a virtio disk: `/dev/vda` is the first, `/dev/vdaa` comes after
 * `/dev/vdz`. Pure.
 */
export function diskDevice(index: number): string {
  let suffix = '';
  for (let rest = index; rest >= 0; rest = Math.floor(rest / LETTERS) - 1) {
    suffix = String.fromCharCode('a'.charCodeAt(0) + (rest % LETTERS)) + suffix;
  }
  return `/dev/vd${suffix}`;
}

const LETTERS = 26;
