import { placeOfNode, type ReportedNode } from '@capsule/api/wire';
import { type Level, nameOfPlace, shortPlace } from '@capsule/core';
import { formatAge } from '../render/age.ts';
import type { Listing } from '../render/listing.ts';
import type { Column } from '../render/table.ts';
import { describeSource } from '../workload/kind.ts';
import { nodeDocument } from './document.ts';
import { statusOfNode } from './read-node.ts';
import { describeNodeState, styleOfNode } from './state.ts';

type NodeColumn = Column<ReportedNode>;

/** How the things of one level are shown in every format. */
export function nodeListing(level: Level, now: number): Listing<ReportedNode> {
  return {
    nameOf: (node) => shortPlace(placeOfNode(node)),
    documentOf: nodeDocument,
    columns: columnsOf(level, now),
  };
}

function columnsOf(level: Level, now: number): readonly NodeColumn[] {
  const outer: readonly Level[] = {
    realm: [],
    space: ['realm'],
    stack: ['realm', 'space'],
    cell: ['realm', 'space', 'stack'],
    container: ['realm', 'space', 'stack', 'cell'],
  }[level] as readonly Level[];
  return [
    { title: 'NAME', cell: (node) => nameOfPlace(placeOfNode(node)), shrinksTo: 12 },
    ...outer.map(partColumn),
    { title: 'STATE', cell: describeNodeState, style: styleOfNode, shrinksTo: 9 },
    ...(level === 'container' ? [RESTARTS] : []),
    { title: 'AGE', cell: (node) => formatAge(createdAt(node), now) },
    ...WIDE[level],
    MESSAGE,
  ];
}

function partColumn(part: Level): NodeColumn {
  return {
    title: part.toUpperCase(),
    cell: (node) => placeOfNode(node)[part] ?? '',
    shrinksTo: 7,
  };
}

const RESTARTS: NodeColumn = {
  title: 'RESTARTS',
  cell: (node) => String(statusOfNode(node).restartCount),
};

const BRIDGE = wide('BRIDGE', (node) => statusOfNode(node).bridge);

const WIDE: Readonly<Record<Level, readonly NodeColumn[]>> = {
  realm: [wide('NAMESPACE', (node) => (node.level === 'scope' ? node.scope.namespace : ''))],
  space: [BRIDGE, wide('CIDR', (node) => (node.level === 'scope' ? node.scope.cidr : ''))],
  stack: [],
  cell: [
    wide('CONTAINERS', countReady),
    wide('ADDRESS', (node) => statusOfNode(node).address),
    BRIDGE,
    wide('ISOLATION', (node) => (node.level === 'cell' ? node.cell.isolation.toLowerCase() : '')),
  ],
  container: [
    wide('IMAGE', (node) =>
      node.level === 'container' ? describeSource(node.container.spec) : '',
    ),
    wide('EXIT', describeExit),
    wide('CONTAINERDID', (node) => (node.level === 'container' ? node.container.containerdId : '')),
  ],
};

const MESSAGE: NodeColumn = {
  title: 'MESSAGE',
  cell: (node) => statusOfNode(node).message || '-',
  isWide: true,
  isSpare: true,
  shrinksTo: 16,
  wraps: true,
};

function wide(title: string, cell: (node: ReportedNode) => string | undefined): NodeColumn {
  return { title, cell: (node) => cell(node) || '-', isWide: true, isSpare: true, shrinksTo: 11 };
}

/** `2/3`: those that run, of all. */
function countReady(node: ReportedNode): string {
  if (node.level !== 'cell') return '';
  const { containers } = node.cell;
  return `${containers.filter(({ status }) => status.state === 'ready').length}/${containers.length}`;
}

/** Its exit code, or the signal that ended it. */
function describeExit(node: ReportedNode): string {
  const { exitCode, exitSignal } = statusOfNode(node);
  if (exitSignal !== undefined) return `signal ${exitSignal}`;
  return exitCode === undefined ? '' : String(exitCode);
}

function createdAt(node: ReportedNode): number {
  if (node.level === 'scope') return node.scope.createdAt;
  return (node.level === 'cell' ? node.cell : node.container).createdAt;
}
