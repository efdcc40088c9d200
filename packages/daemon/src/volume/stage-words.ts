import type { VolumeRecord } from '@capsule/core';

/** The reason why a volume is not ready yet, as text. */
export const STAGE_WORDS: Readonly<Record<Exclude<VolumeRecord['stage'], 'ready'>, string>> = {
  creating: 'being created',
  importing: 'being imported',
  restoring: 'being restored',
  deleting: 'being deleted',
};
