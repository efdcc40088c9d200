import { listAction, remedy } from '@capsule/core';
import type { ProgramManual } from '../../program/manual.ts';
import { renderRemedy } from '../../program/render-remedy.ts';

/** Points to the cells that a table of workloads does not show: those with several containers, or in another stack. */
export function describeOtherCells(count: number, program: ProgramManual): string {
  if (count === 0) return '';
  const cells = count === 1 ? '1 cell is' : `${count} cells are`;
  const advice = remedy`${cells} not shown here: ${listAction('cell')} shows all`;
  return `${renderRemedy(advice, program)}\n`;
}
