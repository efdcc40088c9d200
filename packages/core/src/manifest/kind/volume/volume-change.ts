import { formatSize } from '../../../resource/size.ts';
import { formatSpan } from '../../../resource/span.ts';
import type { VolumeSpec } from '../../../resource/volume/volume.ts';
import type { FieldChange } from '../field-change.ts';

/** Every field that differs; for a new one every field. Pure. */
export function describeVolumeChange(
  before: VolumeSpec | undefined,
  after: VolumeSpec,
): readonly FieldChange[] {
  const was = before === undefined ? {} : fieldsOf(before);
  const is = fieldsOf(after);
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((path) => was[path] !== is[path])
    .map((path) => ({
      path,
      ...(was[path] === undefined ? {} : { before: was[path] }),
      ...(is[path] === undefined ? {} : { after: is[path] }),
      recreates: false,
    }));
}

function fieldsOf({ sizeBytes, snapshotSchedule }: VolumeSpec): Readonly<Record<string, string>> {
  return {
    size: formatSize(sizeBytes),
    ...(snapshotSchedule && {
      'snapshotSchedule.every': formatSpan(snapshotSchedule.everySeconds),
      'snapshotSchedule.keep': String(snapshotSchedule.keep),
    }),
  };
}
