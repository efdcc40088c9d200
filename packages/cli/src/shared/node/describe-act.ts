import { placeOfNode, type ReportedCell, type ReportedNode } from '@capsule/api/wire';
import { namedPlace, type Place } from '@capsule/core';
import type { Context } from '../../program/context/context.ts';
import { describeNodeState, styleOfNode } from './state.ts';

/** How a verb names what it does. */
export interface ActWords {
  readonly doing: string;
  readonly done: string;
  /** Of something that had the state already. */
  readonly already: string;
  /** Whether the command waits until it is ready. */
  readonly waits?: true;
}

/** The outcome of a verb for one cell or container. */
export interface ActResult {
  readonly place: Place;
  readonly changed?: boolean;
  /** The containers of a cell that a start has started. */
  readonly started?: readonly string[];
  readonly node?: ReportedNode;
  readonly error?: unknown;
}

/** `cell web started: Ready`; of a running cell, the containers that were started. */
export function describeAct(result: ActResult, words: ActWords, context: Context): string {
  const { place, changed, node, started = [] } = result;
  if (node?.level === 'cell' && isPart(started, node.cell)) {
    return describeStarted(node.cell, started, context);
  }
  const what = `${namedPlace(place)} ${changed === true ? words.done : words.already}`;
  if (words.waits !== true || node === undefined) return `${what}\n`;
  return `${what}: ${styledState(node, context)}\n`;
}

/** A running cell with a stopped container is not started: its container is. */
function isPart(started: readonly string[], { containers }: ReportedCell): boolean {
  return started.length > 0 && started.length < containers.length;
}

function describeStarted(
  { containers }: ReportedCell,
  started: readonly string[],
  context: Context,
): string {
  return containers
    .filter(({ ref }) => started.includes(ref.container))
    .map((container) => ({ level: 'container', container }) as const)
    .map((node) => `${namedPlace(placeOfNode(node))} started: ${styledState(node, context)}\n`)
    .join('');
}

function styledState(node: ReportedNode, { out }: Context): string {
  const [state, style] = [describeNodeState(node), styleOfNode(node)];
  return style === undefined ? state : out.style(style, state);
}
