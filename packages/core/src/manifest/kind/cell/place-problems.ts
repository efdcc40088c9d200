import { isName } from '../../../resource/name.ts';
import { LEVELS, type Place } from '../../../resource/place/place.ts';
import type { Problem } from '../../problem.ts';

const KEYS = {
  realm: 'spec.realmId',
  space: 'spec.spaceId',
  stack: 'spec.stackId',
  cell: 'spec.cellId',
  container: 'metadata.name',
} as const;

/** Each part of a place that is no name; the innermost is the name of the document. Pure. */
export function placeProblems(place: Place): readonly Problem[] {
  const named = LEVELS.filter((level) => place[level] !== undefined);
  return named.flatMap((level, at) => {
    const part = place[level] ?? '';
    // The reader has refused a missing name.
    if (isName(part) || part === '') return [];
    const path = at === named.length - 1 ? 'metadata.name' : KEYS[level];
    const hint = 'use lower-case letters, digits and hyphens, at most 63 characters';
    return [{ path, message: `${JSON.stringify(part.slice(0, 80))} is not a name`, hint }];
  });
}
