import { isName, NAME_MAX_LENGTH } from '../../../resource/name.ts';
import { formatSize } from '../../../resource/size.ts';
import { formatSpan } from '../../../resource/span.ts';
import {
  SNAPSHOT_EVERY_MIN_SECONDS,
  SNAPSHOT_KEEP_MAX,
  type SnapshotSchedule,
} from '../../../resource/volume/snapshot.ts';
import {
  VOLUME_MAX_BYTES,
  VOLUME_MIN_BYTES,
  VOLUME_UNIT_BYTES,
  type VolumeSpec,
} from '../../../resource/volume/volume.ts';
import type { Problem } from '../../problem.ts';
import { quote } from '../../validate/rule.ts';

/** The rules of a volume. Paths are those of a manifest. */
export function validateVolume({
  name,
  sizeBytes,
  snapshotSchedule,
}: VolumeSpec): readonly Problem[] {
  const problems: Problem[] = [];
  if (!isName(name)) {
    const message = name === '' ? 'a name is missing' : `${quote(name)} is not a valid name`;
    const hint = `use 1 to ${NAME_MAX_LENGTH} characters a-z, 0-9 and \`-\`, with a letter or digit at both ends`;
    problems.push({ path: 'name', message, hint });
  }
  const problem = problemOfSize(sizeBytes);
  if (problem !== undefined) problems.push({ path: 'size', ...problem });
  return snapshotSchedule === undefined ? problems : [...problems, ...problemsOf(snapshotSchedule)];
}

function problemsOf({ everySeconds, keep }: SnapshotSchedule): readonly Problem[] {
  const problems: Problem[] = [];
  if (!(Number.isSafeInteger(everySeconds) && everySeconds >= SNAPSHOT_EVERY_MIN_SECONDS)) {
    const message = 'is too short, or not a duration';
    const hint = `at least ${formatSpan(SNAPSHOT_EVERY_MIN_SECONDS)}: 30m, 6h, 1d`;
    problems.push({ path: 'snapshotSchedule.every', message, hint });
  }
  if (!(Number.isInteger(keep) && keep >= 1 && keep <= SNAPSHOT_KEEP_MAX)) {
    const hint = `1 to ${SNAPSHOT_KEEP_MAX}`;
    problems.push({ path: 'snapshotSchedule.keep', message: `${keep} is out of range`, hint });
  }
  return problems;
}

function problemOfSize(bytes: number): Omit<Problem, 'path'> | undefined {
  if (!Number.isSafeInteger(bytes)) return { message: 'is not a number of bytes' };
  const hint = `${formatSize(VOLUME_MIN_BYTES)} to ${formatSize(VOLUME_MAX_BYTES)}, in whole MiB`;
  if (bytes < VOLUME_MIN_BYTES || bytes > VOLUME_MAX_BYTES) {
    return { message: `${formatSize(bytes)} is out of range`, hint };
  }
  if (bytes % VOLUME_UNIT_BYTES === 0) return undefined;
  return { message: `${formatSize(bytes)} is not a whole number of MiB`, hint };
}
