import { nodeFromProto, type ReportedNode, type Node as WireNode } from '@capsule/api/wire';
import { actionsOfReason, type NodeStatus, type StatusReason } from '@capsule/core';
import type { ProgramManual } from '../../program/manual.ts';
import { renderRemedy } from '../../program/render-remedy.ts';

/** Something of any level as a capsule reports it, in the program's own words. Fails as `nodeFromProto`. */
export function readNode(wire: WireNode, program: ProgramManual): ReportedNode {
  return nodeInOwnWords(nodeFromProto(wire), program);
}

export function nodeInOwnWords(node: ReportedNode, program: ProgramManual): ReportedNode {
  const own = <T extends { readonly status: NodeStatus }>(one: T): T => ({
    ...one,
    status: statusInOwnWords(one.status, program),
  });
  if (node.level === 'scope') return { ...node, scope: own(node.scope) };
  if (node.level === 'container') return { ...node, container: own(node.container) };
  return { ...node, cell: own({ ...node.cell, containers: node.cell.containers.map(own) }) };
}

/** The status of something of any level. Pure. */
export function statusOfNode(node: ReportedNode): NodeStatus {
  if (node.level === 'scope') return node.scope.status;
  return node.level === 'cell' ? node.cell.status : node.container.status;
}

function statusInOwnWords(status: NodeStatus, program: ProgramManual): NodeStatus {
  const { message: text, hint } = status;
  const actions = actionsOfReason(status.reason as StatusReason);
  const remedy = hint && { hint: { text: renderRemedy(hint, program), actions: [] } };
  return { ...status, message: renderRemedy({ text, actions }, program), ...remedy };
}
