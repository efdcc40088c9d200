import {
  action,
  defineErrors,
  formatSize,
  nodeAction,
  placeOfName,
  remedy,
  short,
} from '@capsule/core';
import type { NamedHolder } from './holder.ts';

interface Named {
  readonly name: string;
}

export const volumeError = defineErrors('VOLUME', {
  NOT_FOUND: {
    kind: 'notFound',
    message: (f: Named) => `there is no volume named ${f.name}`,
    hint: remedy`${action('volume.list')} shows the volumes; to create this one, apply its manifest`,
  },
  EXISTS: {
    kind: 'conflict',
    message: (f: Named & { now: number }) =>
      `volume ${f.name} already exists with a size of ${formatSize(f.now)}`,
    hint: (f) =>
      remedy`${action('volume.resize', { volume: f.name, size: 'SIZE' })} makes it larger`,
  },
  ORPHANED: {
    kind: 'precondition',
    message: (f: Named) => `volume ${f.name} is orphaned: it has storage, but no record`,
    why: 'the storage may hold data that someone needs',
    hint: (f) =>
      remedy`${action('volume.adopt', { volume: f.name })} keeps it, ${short(action('volume.delete', { force: true, volume: f.name }))} removes it`,
  },
  IN_USE: {
    kind: 'precondition',
    message: (f: Named & NamedHolder) =>
      `volume ${f.name} is in use by ${f.isWorkload ? f.holder : `cell ${f.holder}`}`,
    why: 'only one workload or cell at a time can mount a volume',
    hint: (f) =>
      f.isWorkload
        ? remedy`run ${action('workload.stop', { name: f.holder })} or delete that workload, then try again`
        : remedy`run ${nodeAction('stop', placeOfName(f.holder))} or delete that cell, then try again`,
  },
  WANTED_TWICE: {
    kind: 'precondition',
    message: (f: Named & { workload: string; other: string }) =>
      `${f.workload} and ${f.other} both mount volume ${f.name}`,
    why: 'only one workload at a time can mount a volume',
    hint: 'give one of them another volume, or combine them into one workload',
  },
  NAMED: {
    kind: 'precondition',
    message: (f: Named & { workload: string }) => `volume ${f.name} is needed by ${f.workload}`,
    why: 'a stopped workload needs its volumes when it starts again',
    hint: (f) =>
      remedy`delete ${f.workload} first; ${action('volume.delete', { force: true, volume: f.name })} deletes the volume now, and then ${f.workload} cannot start`,
  },
  POOL_LOW: {
    kind: 'exhausted',
    message: (f: { figures: string }) =>
      `the pool of the volumes has too little free space: ${f.figures}`,
    why: 'a full pool stops every workload that writes to a volume',
    hint: remedy`${action('volume.usage')} shows the space that each volume uses; delete snapshots or volumes`,
  },
  UID_INVALID: {
    kind: 'invalid',
    message: (f: { uid: string }) => `${JSON.stringify(f.uid)} is not a UUID`,
    hint: 'leave the uid out: the capsule generates it',
  },
  HAS_SNAPSHOTS: {
    kind: 'precondition',
    message: (f: Named & { kept: number }) =>
      `volume ${f.name} has ${f.kept === 1 ? 'a snapshot' : `${f.kept} snapshots`}`,
    why: 'the snapshots would be deleted with the volume',
    hint: (f) =>
      remedy`${action('volume.snapshots', { volume: f.name })} shows them; ${short(action('volume.delete', { force: true }))} removes the volume and its snapshots`,
  },
  NOT_READY: {
    kind: 'precondition',
    message: (f: Named & { stage: string }) => `volume ${f.name} is still ${f.stage}`,
    hint: 'try again in a moment',
  },
  SHRINKS: {
    kind: 'precondition',
    message: (f: Named & { now: number; requested: number }) =>
      `volume ${f.name} cannot shrink from ${formatSize(f.now)} to ${formatSize(f.requested)}`,
    why: 'a volume can only grow, because there may be data at its end',
    hint: (f) => `write size: ${formatSize(f.now)}, or move the data to a smaller volume`,
  },
});
