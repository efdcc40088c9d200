import { action, remedy, short } from '@capsule/core';
import type { ProgramManual } from '../../program/manual.ts';
import { renderRemedy } from '../../program/render-remedy.ts';

/** Advice for a volume or snapshot that no record names; a paragraph behind a table. */
export function orphanAdvice(name: string, program: ProgramManual): string {
  const keep = action('volume.adopt', { volume: name });
  const remove = action('volume.delete', { force: true, volume: name });
  const advice = remedy`${keep} keeps it, ${short(remove)} removes it`;
  return `\n${name} is orphaned: ${renderRemedy(advice, program)}\n`;
}
