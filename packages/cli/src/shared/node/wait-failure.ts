import {
  type CapsuleClient,
  placeOfNode,
  placeToProto,
  type ReportedContainer,
  type ReportedNode,
} from '@capsule/api/wire';
import { namedPlace, placeOfContainer } from '@capsule/core';
import { cliError } from '../../errors.ts';
import type { Context } from '../../program/context/context.ts';
import { describeLastLines } from '../workload/last-lines.ts';
import { failedContainer } from './judge.ts';
import { statusOfNode } from './read-node.ts';
import { describeNodeState } from './state.ts';

const ENDED: readonly string[] = ['BackOff', 'Failed', 'Completed'];

export interface FailedWait {
  readonly node: ReportedNode;
  /** The state with which the capsule answered the request. */
  readonly first: ReportedNode;
}

/** The error of a state that was judged as failed: of a cell, about the container that failed. */
export async function describeNodeFailure(
  client: CapsuleClient,
  { node, first }: FailedWait,
  { signal }: Context,
): Promise<unknown> {
  const place = placeOfNode(node);
  const facts = { name: namedPlace(place), place };
  if (node.level !== 'scope') {
    const { desired } = node.level === 'cell' ? node.cell : node.container;
    if (desired === 'deleting') return cliError.NODE_DELETED(facts);
  }
  const culprit = culpritOf(node, first);
  if (culprit === undefined) return describeStuck(node);
  if (!ENDED.includes(culprit.status.reason)) return describeStuck(node, culprit);
  const target = { place: placeToProto(placeOfContainer(culprit.ref)) };
  const printed = await describeLastLines(client, target, signal);
  const own = placeOfContainer(culprit.ref);
  return cliError.NODE_ENDED({ name: facts.name, place: own, how: howOf(culprit, node), printed });
}

function culpritOf(node: ReportedNode, first: ReportedNode): ReportedContainer | undefined {
  if (node.level === 'container') return node.container;
  if (node.level !== 'cell' || first.level !== 'cell') return undefined;
  return failedContainer(node.cell, first.cell);
}

/** Names the container, where the error is about its cell and the cell has others. */
function howOf(culprit: ReportedContainer, node: ReportedNode): string {
  const { message } = culprit.status;
  const isOneOfMany = node.level === 'cell' && node.cell.containers.length > 1;
  return isOneOfMany ? `container ${culprit.ref.container}: ${message}` : message;
}

function describeStuck(node: ReportedNode, culprit?: ReportedContainer): unknown {
  const place = placeOfNode(node);
  const status = culprit?.status ?? statusOfNode(node);
  return cliError.NODE_FAILED({
    name: namedPlace(place),
    place,
    state:
      culprit === undefined
        ? describeNodeState(node)
        : describeNodeState({ level: 'container', container: culprit }),
    detail: culprit === undefined ? status.message : howOf(culprit, node),
    fix: status.hint && `${status.hint.text}; the capsule keeps trying`,
  });
}
