import type { ContainerSpec } from '@capsule/core';
import { guestFolder } from '../guest/guest-paths.ts';

type Volume = ContainerSpec['volumes'][number];

/**
 * The volumes of a machine, each once: one disk, one mount in the guest, whatever places the payload has it at. It may be
 * written to where any of them may. What the image has at the first place that is to be filled fills an empty one. Pure.
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

/** Folders of one of them that the guest binds beside it, each for the payload's mount of that index. Pure. */
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

/** As Linux names virtio disks: `/dev/vda` is the first, `/dev/vdaa` comes after `/dev/vdz`. Pure. */
export function diskDevice(index: number): string {
  let suffix = '';
  for (let rest = index; rest >= 0; rest = Math.floor(rest / LETTERS) - 1) {
    suffix = String.fromCharCode('a'.charCodeAt(0) + (rest % LETTERS)) + suffix;
  }
  return `/dev/vd${suffix}`;
}

const LETTERS = 26;
