import type { AppliedManifest } from '@capsule/api/wire';
import type { ApplyChange, Declared } from '@capsule/core';
import { KINDS, printManifest } from '@capsule/core/manifest';
import type { Context } from '../../program/context/context.ts';
import { describePort } from '../workload/columns.ts';
import { workloadDocument } from '../workload/document.ts';
import { describeState, styleOfState } from '../workload/state.ts';
import type { WaitResult } from '../workload/wait-for-workloads.ts';

/** How one manifest fared in the end. */
export type Outcome = Declared & {
  /** Undefined where it was refused. */
  readonly change?: ApplyChange;
  /** Of a workload, as it is after the wait. */
  readonly workload?: WaitResult['workload'];
  readonly error?: unknown;
};

export function outcomeOf(applied: AppliedManifest, waited: readonly WaitResult[]): Outcome {
  if ('error' in applied || applied.workload === undefined) return applied;
  const { name } = applied.spec;
  const after = waited.find(({ workload }) => workload.spec.name === name);
  return { ...applied, workload: after?.workload ?? applied.workload, error: after?.error };
}

/** For programs. Nothing of what was refused. */
export function outcomeDocuments(outcomes: readonly Outcome[]): readonly object[] {
  return outcomes.flatMap(({ change, workload, ...manifest }) => {
    if (change === undefined) return [];
    return [workload ? workloadDocument(workload) : printManifest(manifest, KINDS)];
  });
}

/** `web created, running at 172.20.254.2, 8080->80/tcp`; a refusal is an error. */
export function outcomeLine(
  { spec: { name }, change, workload }: Outcome,
  isWaiting: boolean,
  { out }: Context,
): string {
  if (change === undefined) return '';
  if (workload === undefined || !isWaiting) return `${name} ${change}\n`;
  const style = styleOfState(workload);
  const described = describeState(workload);
  const text = `${described.charAt(0).toLowerCase()}${described.slice(1)}`;
  const state = style === undefined ? text : out.style(style, text);
  const { address, phase } = workload.status;
  const place = phase === 'running' && address ? ` at ${address}` : '';
  const ports = phase === 'running' ? workload.spec.ports.map(describePort) : [];
  return `${[`${name} ${change}`, `${state}${place}`, ...ports].join(', ')}\n`;
}
