import type { ContainerSpec } from '@capsule/core';

type Volume = ContainerSpec['volumes'][number];

/**
 * The volumes of a machine, each once: one disk, one mount in the guest, whatever places the payload has it at. It may be
 * written to where any of them may. What the image has at its first place fills an empty one. Pure.
 */
export function machineVolumes({ volumes }: Pick<ContainerSpec, 'volumes'>): readonly Volume[] {
  const byName = new Map<string, Volume>();
  for (const volume of volumes) {
    const first = byName.get(volume.name);
    const readOnly = volume.readOnly && (first?.readOnly ?? true);
    byName.set(volume.name, { ...(first ?? volume), readOnly });
  }
  return [...byName.values()];
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
