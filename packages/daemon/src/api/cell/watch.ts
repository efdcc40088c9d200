import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type CellWatchResponseSchema,
  nodeToProto,
  placeOfNode,
  type ReportedNode,
} from '@capsule/api/wire';
import { isWithin, type Level, type Place, placeFromKey, placeKey } from '@capsule/core';
import type { Feed } from '@capsule/engine';
import { listNodes, type NodeParts } from './nodes.ts';

type Answer = MessageInitShape<typeof CellWatchResponseSchema>;

export interface WatchedNodes {
  readonly level: Level;
  readonly within: Partial<Place>;
  readonly isAsked: (node: ReportedNode) => boolean;
}

/**
 * Yields the present state, a mark, and then every change until `signal` aborts. Merges states that
 * come faster than the reader reads, and never loses the last one.
 */
export async function* watchNodes(
  parts: NodeParts & { readonly feed: Pick<Feed, 'changes'> },
  { level, within, isAsked }: WatchedNodes,
  signal: AbortSignal,
): AsyncGenerator<Answer> {
  const changes = parts.feed.changes(signal);
  const known = new Map<string, ReportedNode>();
  const list = (at: Partial<Place>) => listNodes(parts, level, at).filter(isAsked);
  for (const node of list(within)) {
    known.set(placeKey(placeOfNode(node)), node);
    yield { node: nodeToProto(node) };
  }
  yield { synced: true };
  for await (const changed of changes) {
    const places = [...changed].map(placeFromKey);
    const isChanged = (place: Place) =>
      places.some((one) => isWithin(place, one) || isWithin(one, place));
    // To describe all cells after each change of one would cost the more, the more there are.
    const isOfCells = INNER.includes(level) && places.every((place) => place.cell !== undefined);
    const nodes = isOfCells
      ? places.flatMap((place) => list({ ...place, ...within }))
      : list(within);
    const now = new Map(nodes.map((node) => [placeKey(placeOfNode(node)), node]));
    for (const [key, node] of known) {
      if (uidOf(now.get(key)) === uidOf(node)) continue;
      if (isOfCells && !isChanged(placeOfNode(node))) continue;
      known.delete(key);
      yield { node: nodeToProto(node), deleted: true };
    }
    for (const [key, node] of now) {
      if (known.has(key) && !isChanged(placeOfNode(node))) continue;
      known.set(key, node);
      yield { node: nodeToProto(node) };
    }
  }
}

/** Levels whose nodes change with the cells that they are, or are in. */
const INNER: readonly Level[] = ['cell', 'container'];

function uidOf(node: ReportedNode | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (node.level === 'scope') return node.scope.uid;
  return node.level === 'cell' ? node.cell.uid : node.container.uid;
}
