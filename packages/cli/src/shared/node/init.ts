import { levelToProto, placeOfNode, type ReportedNode } from '@capsule/api/wire';
import { namedPlace } from '@capsule/core';
import type { Run } from '../../program/command.ts';
import { printLines } from '../../program/print-lines.ts';
import { renderDocuments } from '../render/documents.ts';
import { isData, readFormat } from '../render/format.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { nodeDocument } from './document.ts';
import { readNode, statusOfNode } from './read-node.ts';
import { describeNodeState } from './state.ts';

const LEVELS = ['realm', 'space', 'stack'] as const;

/** Reports the realms, spaces and stacks that exist. */
export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const { program, signal, out } = context;
  const lists = await withCapsule(input, context, (client) =>
    Promise.all(
      LEVELS.map((level) => client.cell.list({ level: levelToProto(level) }, { signal })),
    ),
  );
  const nodes = lists.flatMap((list) => list.nodes.map((wire) => readNode(wire, program)));
  if (isData(format)) await out.write(await renderDocuments(format, nodes.map(nodeDocument)));
  else await printLines(out, nodes.map(describe).join(''));
  return undefined;
};

/** `space main/default exists: ready, bridge br0, 172.20.254.0/24` */
function describe(node: ReportedNode): string {
  const { bridge } = statusOfNode(node);
  const { namespace, cidr } = node.level === 'scope' ? node.scope : {};
  const facts = [
    describeNodeState(node).toLowerCase(),
    ...(namespace ? [`containerd namespace ${namespace}`] : []),
    ...(bridge ? [`bridge ${bridge}`] : []),
    ...(cidr ? [cidr] : []),
  ];
  return `${namedPlace(placeOfNode(node))} exists: ${facts.join(', ')}\n`;
}
