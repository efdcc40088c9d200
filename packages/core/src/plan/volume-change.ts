import { formatSize } from '../resource/size.ts';
import type { VolumeSpec } from '../resource/volume.ts';
import type { FieldChange } from './spec-change.ts';

/** Every field that differs; for a new one every field. Pure. */
export function describeVolumeChange(
  before: VolumeSpec | undefined,
  after: VolumeSpec,
): readonly FieldChange[] {
  if (before?.sizeBytes === after.sizeBytes) return [];
  return [
    {
      path: 'size',
      ...(before === undefined ? {} : { before: formatSize(before.sizeBytes) }),
      after: formatSize(after.sizeBytes),
      recreates: false,
    },
  ];
}
