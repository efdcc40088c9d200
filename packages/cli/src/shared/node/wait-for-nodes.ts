import {
  type CapsuleClient,
  type CellWatchResponse,
  levelToProto,
  placeOfNode,
  type ReportedNode,
} from '@capsule/api/wire';
import {
  isCapsuleError,
  type Level,
  levelOf,
  namedPlace,
  type Place,
  placeKey,
} from '@capsule/core';
import { cliError } from '../../errors.ts';
import type { Context } from '../../program/context/context.ts';
import type { ProgressView } from '../progress/progress-view.ts';
import { describeAmount } from '../render/amount.ts';
import { resumeStream } from '../stream/resume-stream.ts';
import { judgeNode } from './judge.ts';
import { readNode, statusOfNode } from './read-node.ts';
import { describeNodeState } from './state.ts';
import { describeNodeFailure } from './wait-failure.ts';

export interface NodeWait {
  readonly client: CapsuleClient;
  /** As the capsule answered the request. */
  readonly nodes: readonly ReportedNode[];
  readonly timeoutMs: number;
  readonly view: ProgressView;
}

/** How the wait for one of them ended. */
export interface NodeWaitResult {
  readonly node: ReportedNode;
  /** `CLI_NODE_FAILED`, `CLI_NODE_ENDED`, `CLI_NODE_STOPPED`, `CLI_NODE_DELETED` or `CLI_NODE_LATE`. */
  readonly error?: unknown;
}

/** Watches until all are ready or have failed, across restarts of the capsule. Results are in the order of `nodes`. */
export async function waitForNodes(
  wait: NodeWait,
  context: Context,
): Promise<readonly NodeWaitResult[]> {
  const levels = [...new Set(wait.nodes.map(levelOfNode))];
  const all = await Promise.all(
    levels.map((level) => {
      const nodes = wait.nodes.filter((node) => levelOfNode(node) === level);
      return waitForLevel({ ...wait, nodes }, level, context);
    }),
  );
  const results = new Map(all.flat().map((result) => [keyOf(result.node), result]));
  return wait.nodes.flatMap((node) => results.get(keyOf(node)) ?? []);
}

/** Those of one level, which one stream reports. */
async function waitForLevel(
  { client, nodes, timeoutMs, view }: NodeWait,
  level: Level,
  context: Context,
): Promise<readonly NodeWaitResult[]> {
  const { program, signal, now } = context;
  const waiting = new Map(nodes.map((node) => [keyOf(node), node]));
  const latest = new Map(waiting);
  const results: NodeWaitResult[] = [];
  const timeout = AbortSignal.timeout(timeoutMs);
  const settle = (node: ReportedNode, error?: unknown) => {
    waiting.delete(keyOf(node));
    view.done(namedPlace(placeOfNode(node)));
    results.push(error === undefined ? { node } : { node, error });
  };
  const request = { level: levelToProto(level), within: commonPlace(nodes) };
  const answers = resumeStream<CellWatchResponse>(
    { open: (_last, attempt) => client.cell.watch(request, { signal: attempt }), now },
    AbortSignal.any([signal, timeout]),
  );
  try {
    for await (const { node: wire, deleted } of answers) {
      if (wire === undefined) continue;
      const node = readNode(wire, program);
      const first = waiting.get(keyOf(node));
      if (first === undefined) continue;
      latest.set(keyOf(node), node);
      if (deleted) settle(node, cliError.NODE_DELETED(factsOf(node)));
      else {
        const verdict = judgeNode(node, first);
        if (verdict === 'ready') settle(node, stoppedMeanwhile(node, first));
        else if (verdict === 'failed') {
          settle(node, await describeNodeFailure(client, { node, first }, context));
        } else await show(view, node);
      }
      if (waiting.size === 0) break;
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!timeout.aborted && !(isCapsuleError(error) && error.kind === 'timeout')) throw error;
    for (const [key, node] of [...waiting].map(
      ([key, first]) => [key, latest.get(key) ?? first] as const,
    )) {
      if (waiting.has(key)) settle(node, lateError(node, timeoutMs));
    }
  }
  return results;
}

/** Pure. */
function factsOf(node: ReportedNode): { readonly name: string; readonly place: Place } {
  const place = placeOfNode(node);
  return { name: namedPlace(place), place };
}

function lateError(node: ReportedNode, timeoutMs: number) {
  const { message } = statusOfNode(node);
  const described = describeNodeState(node);
  const state = message === '' ? described : `${described}: ${message}`;
  return cliError.NODE_LATE({
    ...factsOf(node),
    missed: 'was not ready',
    seconds: timeoutMs / 1000,
    state,
  });
}

/** It was to run, and an operator has stopped it meanwhile. */
function stoppedMeanwhile(node: ReportedNode, first: ReportedNode): unknown {
  const isStopped = desiredOf(node) === 'stopped' && desiredOf(first) === 'running';
  return isStopped ? cliError.NODE_STOPPED(factsOf(node)) : undefined;
}

function desiredOf(node: ReportedNode): string | undefined {
  if (node.level === 'scope') return undefined;
  return (node.level === 'cell' ? node.cell : node.container).desired;
}

async function show(view: ProgressView, node: ReportedNode): Promise<void> {
  const name = namedPlace(placeOfNode(node));
  const progress = progressOf(node);
  if (progress === undefined) await view.update(name, describeWait(node));
  else await view.update(name, progress.stage, describeAmount(progress));
}

/** The state in which it ended last says nothing of the start that goes on. */
function describeWait(node: ReportedNode): string {
  const { state, reason, message, nextRetryAt } = statusOfNode(node);
  if (state === 'pending' && nextRetryAt !== undefined) return `pending: ${message}`;
  if (state === 'ready') return 'running, not ready yet';
  return OVER.includes(reason) ? 'pending' : describeNodeState(node).toLowerCase();
}

const OVER: readonly string[] = ['Stopped', 'Killed', 'Completed', 'Failed', 'Lost'];

/** Of a cell: that of the first container in a long step. */
function progressOf(node: ReportedNode) {
  const own = statusOfNode(node).progress;
  if (own !== undefined || node.level !== 'cell') return own;
  return node.cell.containers.find(({ status }) => status.progress)?.status.progress;
}

/** Limits the stream to a node that is alone. */
function commonPlace(nodes: readonly ReportedNode[]): Partial<Place> {
  const [only] = nodes;
  return only !== undefined && nodes.length === 1 ? placeOfNode(only) : {};
}

function levelOfNode(node: ReportedNode): Level {
  return levelOf(placeOfNode(node));
}

function keyOf(node: ReportedNode): string {
  return placeKey(placeOfNode(node));
}
