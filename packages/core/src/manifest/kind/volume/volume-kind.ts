import type { VolumeSpec } from '../../../resource/volume/volume.ts';
import type { Kind } from '../kind.ts';
import { manifestFromVolume } from './manifest-from-volume.ts';
import { readVolume } from './read-volume.ts';
import { validateVolume } from './validate-volume.ts';
import { describeVolumeChange } from './volume-change.ts';
import { VOLUME_SCHEMA } from './volume-schema.ts';

export const VOLUME_KIND: Kind<VolumeSpec> = {
  forms: [{ words: ['Volume'], schema: VOLUME_SCHEMA }],
  applyOrder: 20,
  read: readVolume,
  validate: validateVolume,
  diff: describeVolumeChange,
  print: manifestFromVolume,
};
