import {
  type CapsuleClient,
  type CellWatchResponse,
  levelToProto,
  placeOfNode,
  type ReportedNode,
} from '@capsule/api/wire';
import { type Level, type Place, placeKey } from '@capsule/core';
import type { Context } from '../../program/context/context.ts';
import { watchRows } from '../stream/watch-rows.ts';
import { readNode } from './read-node.ts';

export interface WatchNodes {
  readonly client: CapsuleClient;
  readonly level: Level;
  readonly within: Partial<Place>;
  readonly labelSelector: string;
  readonly isShown: (place: Place) => boolean;
  readonly render: (nodes: readonly ReportedNode[]) => Promise<string>;
}

/** Shows the things of one level and every change of them until the command is ended. */
export async function watchNodes(
  { client, level, within, labelSelector, isShown, render }: WatchNodes,
  context: Context,
): Promise<void> {
  const request = { level: levelToProto(level), within, labelSelector };
  await watchRows<CellWatchResponse, ReportedNode>(
    {
      open: (signal) => client.cell.watch(request, { signal }),
      rowOf: ({ node: wire }) => {
        const node = wire && readNode(wire, context.program);
        return node !== undefined && isShown(placeOfNode(node)) ? node : undefined;
      },
      keyOf: (node) => placeKey(placeOfNode(node)),
      render,
    },
    context,
  );
}
