import type { ApplyChange, FieldChange } from '@capsule/core';

const PATHS_SHOWN = 5;

/** Returns the message of the event of an apply. Pure. */
export function describeApplied(
  generation: number,
  { change, fields }: { readonly change: ApplyChange; readonly fields: readonly FieldChange[] },
): string {
  if (change === 'created') return 'created from a manifest';
  const paths = fields.map(({ path }) => path);
  const more = paths.length > PATHS_SHOWN ? ` and ${paths.length - PATHS_SHOWN} more` : '';
  const shown = paths.length === 0 ? 'desired state' : paths.slice(0, PATHS_SHOWN).join(', ');
  return `generation ${generation}: ${shown}${more} changed`;
}
