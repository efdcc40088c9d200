import {
  manifestError,
  VOLUME_DEFAULT_BYTES,
  type VolumeRecord,
  type VolumeSpec,
  validateVolume,
} from '@capsule/core';
import { volumeError } from './errors.ts';
import { STAGE_WORDS } from './stage-words.ts';

/** Fails with `MANIFEST_SPEC_INVALID`. */
export function checkVolumeSpec(spec: VolumeSpec): void {
  const problems = validateVolume(spec);
  if (problems.length > 0)
    throw manifestError.SPEC_INVALID({ what: 'volume', name: spec.name, problems });
}

/** Fails with `MANIFEST_SPEC_INVALID`. */
export function checkVolumeName(name: string): void {
  checkVolumeSpec({ name, sizeBytes: VOLUME_DEFAULT_BYTES });
}

/** Fails with `VOLUME_SHRINKS`. */
export function checkVolumeGrowth(
  { name, sizeBytes: now }: VolumeSpec,
  { sizeBytes: requested }: VolumeSpec,
): void {
  if (now > requested) throw volumeError.SHRINKS({ name, now, requested });
}

/** Fails with `VOLUME_NOT_READY` unless the volume is ready or being created. */
export function checkVolumeStage({ name, stage }: VolumeRecord): void {
  if (stage === 'ready' || stage === 'creating') return;
  throw volumeError.NOT_READY({ name, stage: STAGE_WORDS[stage] });
}
