import { actionFromProto, type CapsuleProblem } from '@capsule/api/wire';
import type { ProgramManual } from '../../program/manual.ts';
import { renderRemedy } from '../../program/render-remedy.ts';

/** A problem of the capsule, in the program's own words. */
export function readProblem(
  { code, message, hint: text, actions }: CapsuleProblem,
  program: ProgramManual,
): Pick<CapsuleProblem, 'code' | 'message' | 'hint'> {
  const hint = renderRemedy({ text, actions: actions.map(actionFromProto) }, program);
  return { code, message, hint };
}
