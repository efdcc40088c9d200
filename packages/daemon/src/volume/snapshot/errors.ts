import { action, defineErrors, remedy, short } from '@capsule/core';

interface Named {
  /** As an operator writes it: `data@before`. */
  readonly name: string;
}

export const snapshotError = defineErrors('SNAPSHOT', {
  NAME_INVALID: {
    kind: 'invalid',
    message: (f: Named) => `${JSON.stringify(f.name)} is not a valid name for a snapshot`,
    hint: 'use 1 to 63 characters (a-z, 0-9 and `-`), with a letter or digit at both ends',
  },
  NOT_FOUND: {
    kind: 'notFound',
    message: (f: Named) => `there is no snapshot ${f.name}`,
    hint: remedy`${action('volume.snapshots')} shows the snapshots`,
  },
  EXISTS: {
    kind: 'exists',
    message: (f: Named) => `snapshot ${f.name} already exists`,
    hint: 'choose another name, or delete that snapshot first',
  },
  NOT_READY: {
    kind: 'precondition',
    message: (f: Named & { stage: string }) => `snapshot ${f.name} is still ${f.stage}`,
    hint: 'try again in a moment',
  },
  ORPHANED: {
    kind: 'precondition',
    message: (f: Named) => `snapshot ${f.name} is orphaned: it has storage, but no record`,
    why: 'the storage may hold data that someone needs',
    hint: (f) =>
      remedy`${action('volume.adopt', { volume: f.name })} keeps it, ${short(action('volume.delete', { force: true, volume: f.name }))} removes it`,
  },
});
