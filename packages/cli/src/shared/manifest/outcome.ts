import { type AppliedManifest, placeOfNode, type ReportedNode } from '@capsule/api/wire';
import { type ApplyChange, type Declared, placeKey } from '@capsule/core';
import { KINDS, printManifest } from '@capsule/core/manifest';
import type { Context } from '../../program/context/context.ts';
import type { Style } from '../../program/context/output.ts';
import { nodeDocument } from '../node/document.ts';
import { statusOfNode } from '../node/read-node.ts';
import { describeNodeState, styleOfNode } from '../node/state.ts';
import { describePort } from '../workload/columns.ts';
import { workloadDocument } from '../workload/document.ts';
import { describeState, styleOfState } from '../workload/state.ts';
import type { WaitResult } from '../workload/wait-for-workloads.ts';
import { declaredName } from './declared-name.ts';
import type { WaitedApply } from './wait-for-applied.ts';

/** How one manifest fared in the end. */
export type Outcome = Declared & {
  /** Undefined where it was refused. */
  readonly change?: ApplyChange;
  /** Of a workload, as it is after the wait. */
  readonly workload?: WaitResult['workload'];
  /** Of a realm, space, stack, cell or container, as it is after the wait. */
  readonly node?: ReportedNode;
  readonly error?: unknown;
};

export function outcomeOf(applied: AppliedManifest, waited: WaitedApply): Outcome {
  if ('error' in applied) return applied;
  const { node, workload } = applied;
  if (node !== undefined) {
    const key = placeKey(placeOfNode(node));
    const after = waited.nodes.find((one) => placeKey(placeOfNode(one.node)) === key);
    return { ...applied, node: after?.node ?? node, error: after?.error };
  }
  if (workload === undefined) return applied;
  const { name } = applied.spec;
  const after = waited.workloads.find((one) => one.workload.spec.name === name);
  return { ...applied, workload: after?.workload ?? workload, error: after?.error };
}

/** For programs. Nothing of what was refused. */
export function outcomeDocuments(outcomes: readonly Outcome[]): readonly object[] {
  return outcomes.flatMap(({ change, workload, node, ...manifest }) => {
    if (change === undefined) return [];
    if (node !== undefined) return [nodeDocument(node)];
    return [workload ? workloadDocument(workload) : printManifest(manifest, KINDS)];
  });
}

/** `web created, running at 172.20.254.2, 8080->80/tcp`; a refusal is an error. */
export function outcomeLine(outcome: Outcome, isWaiting: boolean, { out }: Context): string {
  const { change, workload, node } = outcome;
  if (change === undefined) return '';
  const name = declaredName(outcome);
  if (!isWaiting || (workload === undefined && node === undefined)) return `${name} ${change}\n`;
  const paint = (text: string, style: Style | undefined) =>
    style === undefined ? text : out.style(style, text);
  const facts = node !== undefined ? nodeFacts(node, paint) : workloadFacts(workload, paint);
  return `${[`${name} ${change}`, ...facts].join(', ')}\n`;
}

type Paint = (text: string, style: Style | undefined) => string;

function workloadFacts(workload: Outcome['workload'], paint: Paint): readonly string[] {
  if (workload === undefined) return [];
  const state = paint(uncapitalised(describeState(workload)), styleOfState(workload));
  const { address, phase } = workload.status;
  const place = phase === 'running' && address ? ` at ${address}` : '';
  const ports = phase === 'running' ? workload.spec.ports.map(describePort) : [];
  return [`${state}${place}`, ...ports];
}

/** A realm, space or stack that is ready is no news. */
function nodeFacts(node: ReportedNode, paint: Paint): readonly string[] {
  const { address, state } = statusOfNode(node);
  if (node.level === 'scope' && state === 'ready') return [];
  const text = paint(uncapitalised(describeNodeState(node)), styleOfNode(node));
  const containers = node.level === 'cell' ? node.cell.containers : [];
  const ports =
    state === 'ready' ? containers.flatMap(({ spec }) => spec.ports.map(describePort)) : [];
  return [`${text}${state === 'ready' && address ? ` at ${address}` : ''}`, ...ports];
}

function uncapitalised(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}
