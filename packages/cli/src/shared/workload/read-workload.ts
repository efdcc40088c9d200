import { type ReportedWorkload, type Workload, workloadFromProto } from '@capsule/api/wire';
import { actionsOfReason } from '@capsule/core';
import type { ProgramManual } from '../../program/manual.ts';
import { renderRemedy } from '../../program/render-remedy.ts';

/** A workload as a capsule reports it, in the program's own words. */
export function readWorkload(wire: Workload, program: ProgramManual): ReportedWorkload {
  return inOwnWords(workloadFromProto(wire), program);
}

export function inOwnWords(workload: ReportedWorkload, program: ProgramManual): ReportedWorkload {
  const { reason, message: text, hint } = workload.status;
  const message = renderRemedy({ text, actions: actionsOfReason(reason) }, program);
  const remedy = hint && { hint: { text: renderRemedy(hint, program), actions: [] } };
  return { ...workload, status: { ...workload.status, message, ...remedy } };
}
