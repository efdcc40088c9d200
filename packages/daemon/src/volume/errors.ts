import {
  action,
  type CapsuleError,
  type CellId,
  defineErrors,
  formatSize,
  nameOfCell,
  remedy,
  short,
} from '@capsule/core';

interface Named {
  readonly name: string;
}

export const volumeError = defineErrors('VOLUME', {
  NOT_FOUND: {
    kind: 'notFound',
    message: (f: Named) => `there is no volume named ${f.name}`,
    hint: remedy`${action('volume.list')} shows the volumes; apply the manifest of the volume first`,
  },
  EXISTS: {
    kind: 'conflict',
    message: (f: Named & { now: number }) =>
      `volume ${f.name} exists already, with ${formatSize(f.now)}`,
    hint: (f) =>
      remedy`${action('volume.resize', { volume: f.name, size: 'SIZE' })} makes it larger`,
  },
  ORPHANED: {
    kind: 'precondition',
    message: (f: Named) => `volume ${f.name} is orphaned: storage exists that no record names`,
    why: 'it may hold data that someone needs',
    hint: (f) =>
      remedy`${action('volume.adopt', { volume: f.name })} keeps it, ${short(action('volume.delete', { force: true, volume: f.name }))} removes it`,
  },
  IN_USE: {
    kind: 'precondition',
    message: (f: Named & { holder: string }) => `volume ${f.name} is in use by ${f.holder}`,
    why: 'one workload mounts a volume at a time',
    hint: (f) =>
      remedy`${action('workload.stop', { name: f.holder })} or delete it, then try again`,
  },
  WANTED_TWICE: {
    kind: 'precondition',
    message: (f: Named & { workload: string; other: string }) =>
      `${f.workload} and ${f.other} both mount volume ${f.name}`,
    why: 'one workload mounts a volume at a time',
    hint: 'give one of them another volume, or make them one workload',
  },
  NAMED: {
    kind: 'precondition',
    message: (f: Named & { workload: string }) => `volume ${f.name} is needed by ${f.workload}`,
    why: 'a workload that is stopped finds its data when it starts again',
    hint: (f) =>
      `delete ${f.workload} first, or \`volume delete --force ${f.name}\`: it cannot start then`,
  },
  POOL_LOW: {
    kind: 'exhausted',
    message: (f: { figures: string }) =>
      `the pool of the volumes is too full for more: ${f.figures}`,
    why: 'a full pool stops every workload that writes to a volume',
    hint: remedy`${action('volume.usage')} shows the space of each; delete snapshots or volumes`,
  },
  UID_INVALID: {
    kind: 'invalid',
    message: (f: { uid: string }) => `${JSON.stringify(f.uid)} is not a UUID`,
    hint: 'leave it out: the capsule chooses one',
  },
  HAS_SNAPSHOTS: {
    kind: 'precondition',
    message: (f: Named & { kept: number }) =>
      `volume ${f.name} has ${f.kept === 1 ? 'a snapshot' : `${f.kept} snapshots`}`,
    why: 'the snapshots would be deleted with the volume',
    hint: (f) =>
      remedy`${action('volume.snapshots', { volume: f.name })} shows them; ${short(action('volume.delete', { force: true }))} removes all`,
  },
  NOT_READY: {
    kind: 'precondition',
    message: (f: Named & { stage: string }) => `volume ${f.name} is still ${f.stage}`,
    hint: 'try again in a moment',
  },
  SHRINKS: {
    kind: 'precondition',
    message: (f: Named & { now: number; requested: number }) =>
      `volume ${f.name} has ${formatSize(f.now)} and does not shrink to ${formatSize(f.requested)}`,
    why: 'volumes only grow: data may lie at the end',
    hint: (f) => `write size: ${formatSize(f.now)}, or move the data to a smaller volume`,
  },
});

/** Creates the error `VOLUME_IN_USE`, which names the holder. */
export function volumeInUse(name: string, holder: CellId): CapsuleError {
  return volumeError.IN_USE({ name, holder: nameOfCell(holder) });
}
