import type { FieldChange } from './field-change.ts';

/** The effect of an apply on one resource. */
export type ApplyChange = 'created' | 'configured' | 'unchanged';

/** `before` is what was stored, undefined where nothing was. Pure. */
export function applyChangeOf(before: unknown, fields: readonly FieldChange[]): ApplyChange {
  if (before === undefined) return 'created';
  return fields.length > 0 ? 'configured' : 'unchanged';
}
