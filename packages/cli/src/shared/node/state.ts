import type { ReportedNode } from '@capsule/api/wire';
import type { NodeState } from '@capsule/core';
import { capitalised } from '../../program/capitalised.ts';
import type { Style } from '../../program/context/output.ts';
import { describeProgress } from '../workload/state.ts';
import { statusOfNode } from './read-node.ts';

const STYLES: Readonly<Record<NodeState, Style | undefined>> = {
  ready: 'green',
  pending: 'yellow',
  pausing: 'yellow',
  paused: 'yellow',
  failed: 'red',
  unknown: 'red',
  stopped: 'dim',
};

/** Reasons that the state says already. */
const PLAIN: readonly string[] = ['', 'Accepted', 'Running', 'Ready', 'Starting', 'Made'];

/** The state in a word or two: `Ready`, `Pending (pulling 45%)`, `Failed (IMAGE_NOT_FOUND)`. */
export function describeNodeState(node: ReportedNode): string {
  const { state, reason, progress } = statusOfNode(node);
  if (isDeleting(node)) return 'Deleting';
  const word = capitalised(state);
  if (progress !== undefined) return `${word} (${describeProgress(progress)})`;
  const isPlain = PLAIN.includes(reason) || reason.toLowerCase() === state;
  return isPlain ? word : `${word} (${reason})`;
}

export function styleOfNode(node: ReportedNode): Style | undefined {
  return isDeleting(node) ? 'yellow' : STYLES[statusOfNode(node).state];
}

/** Pure. */
export function isDeleting(node: ReportedNode): boolean {
  if (node.level === 'scope') return node.scope.isDeleting;
  return (node.level === 'cell' ? node.cell : node.container).desired === 'deleting';
}
