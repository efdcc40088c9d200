import type { Check } from '@capsule/core';
import type { ProgramManual } from '../../program/manual.ts';
import { renderRemedy } from '../../program/render-remedy.ts';

/** A check as plain data, with the hint in the program's own words. */
export function checkDocument(
  { section, name, level, detail, remedy }: Check,
  program: ProgramManual,
) {
  const hint = remedy && renderRemedy(remedy, program);
  return { section, name, level, detail, ...(hint !== undefined && { hint }) };
}
