import type { AppliedManifest, CapsuleClient, ReportedNode } from '@capsule/api/wire';
import { placeOfNode } from '@capsule/api/wire';
import { levelOf, type Place, parentOf, placeKey } from '@capsule/core';
import type { Context } from '../../program/context/context.ts';
import { getNode } from '../node/get.ts';
import { type NodeWaitResult, waitForNodes } from '../node/wait-for-nodes.ts';
import { createProgressView } from '../progress/progress-view.ts';
import { type WaitResult, waitForWorkloads } from '../workload/wait-for-workloads.ts';
import { portWarnings } from './port-warnings.ts';

/** How the waits for applied manifests ended. */
export interface WaitedApply {
  readonly workloads: readonly WaitResult[];
  readonly nodes: readonly NodeWaitResult[];
  /** About ports that do not lead everywhere. */
  readonly warnings: readonly string[];
}

export const NOT_WAITED: WaitedApply = { workloads: [], nodes: [], warnings: [] };

export interface AppliedWait {
  readonly client: CapsuleClient;
  readonly applied: readonly AppliedManifest[];
  readonly timeoutMs: number;
}

/** Waits until workloads, cells and containers are ready, all at once. */
export async function waitForApplied(
  { client, applied, timeoutMs }: AppliedWait,
  context: Context,
): Promise<WaitedApply> {
  const view = createProgressView(context.err, context.now);
  const workloads = applied.flatMap((one) => ('workload' in one ? (one.workload ?? []) : []));
  const reported = applied.flatMap((one) => ('node' in one ? (one.node ?? []) : []));
  const nodes = await thoseThatStart(client, reported, context);
  const [waited, waitedNodes] = await Promise.all([
    waitForWorkloads({ client, applied: workloads, timeoutMs, view }, context),
    waitForNodes({ client, nodes, timeoutMs, view }, context),
  ]).finally(() => view.clear());
  const warnings = await portWarnings(client, workloads, context);
  return { workloads: waited, nodes: waitedNodes, warnings };
}

/** A container whose cell is stopped does not start, and nothing is there to wait for. */
async function thoseThatStart(
  client: CapsuleClient,
  nodes: readonly ReportedNode[],
  context: Context,
): Promise<readonly ReportedNode[]> {
  const cells = new Map<string, Place>();
  for (const node of nodes) {
    const cell = cellOf(node);
    if (cell !== undefined) cells.set(placeKey(cell), cell);
  }
  const found = await Promise.all(
    [...cells.values()].map((cell) => getNode(client, cell, context)),
  );
  const running = new Set(
    found
      .filter((node) => node.level === 'cell' && node.cell.desired === 'running')
      .map((node) => placeKey(placeOfNode(node))),
  );
  return nodes.filter((node) => {
    const cell = cellOf(node);
    return cell === undefined || running.has(placeKey(cell));
  });
}

/** Of a container alone: its cell. */
function cellOf(node: ReportedNode): Place | undefined {
  const place = placeOfNode(node);
  return levelOf(place) === 'container' ? parentOf(place) : undefined;
}
