import type { VolumeRecord } from '@capsule/core';

/** Why a volume is not ready yet, in the words of people. */
export const STAGE_WORDS: Readonly<Record<Exclude<VolumeRecord['stage'], 'ready'>, string>> = {
  creating: 'being made',
  importing: 'being imported',
  restoring: 'being restored',
  deleting: 'being deleted',
};
