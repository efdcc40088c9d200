import {
  type CellService,
  filterFromProto,
  levelFromProto,
  nodeToProto,
  placeFromProto,
  placeToProto,
  type ReportedNode,
  type Place as WirePlace,
} from '@capsule/api/wire';
import {
  type CellId,
  type ContainerRef,
  cellOfPlace,
  describePlace,
  isWithin,
  levelOf,
  matchesLabels,
  type Place,
  placeOfCell,
  refOfPlace,
} from '@capsule/core';
import type { Feed } from '@capsule/engine';
import type { ServiceImpl } from '@connectrpc/connect';
import type { CellCommands } from '../cell/commands.ts';
import type { CellDescriber } from '../cell/describe.ts';
import { cellError, type RootVerb } from '../cell/errors.ts';
import type { CellPauses } from '../cell/pause.ts';
import type { ScopeCommands } from '../scope/commands.ts';
import type { ScopeController } from '../scope/reconcile.ts';
import type { Cells } from '../store/cells.ts';
import type { Scopes } from '../store/scopes.ts';
import type { WorkloadController } from '../workload/controller.ts';
import { deleteNode } from './cell/delete.ts';
import { listNodes, nodeAt } from './cell/nodes.ts';
import { watchNodes } from './cell/watch.ts';
import { readSelector } from './workload/read-selector.ts';

export interface CellServiceParts {
  readonly cells: Cells;
  readonly scopes: Scopes;
  readonly cellCommands: CellCommands;
  readonly cellPauses: CellPauses;
  readonly scopeCommands: ScopeCommands;
  readonly scopeController: ScopeController;
  readonly controller: WorkloadController;
  readonly describer: CellDescriber;
  readonly feed: Feed;
}

/** The part that the requests of all verbs have. */
interface ActRequest {
  readonly place?: WirePlace | undefined;
  readonly graceSeconds?: number | undefined;
}

/** A verb for a cell, and for one container. */
interface Act {
  readonly cell: (id: CellId) => boolean | Promise<boolean>;
  readonly container: (ref: ContainerRef) => boolean | Promise<boolean>;
}

/** Implements the calls about realms, spaces, stacks, cells and containers. */
export function cellService(parts: CellServiceParts): Partial<ServiceImpl<typeof CellService>> {
  const { cellCommands: commands, cellPauses } = parts;
  return {
    get: ({ place }) => nodeToProto(nodeAt(parts, read(parts, place))),
    list: ({ level, within, labelSelector }) => {
      const selector = readSelector(labelSelector);
      const nodes = listNodes(parts, levelFromProto(level), filter(parts, within));
      const chosen = nodes.filter((node) => matchesLabels(selector, labelsOf(node)));
      return { nodes: chosen.map(nodeToProto) };
    },
    watch({ level, within, labelSelector }, context) {
      const selector = readSelector(labelSelector);
      const asked = { level: levelFromProto(level), within: filter(parts, within) };
      const isAsked = (node: ReportedNode) => matchesLabels(selector, labelsOf(node));
      return watchNodes(parts, { ...asked, isAsked }, context.signal);
    },
    async start(request) {
      const started: ContainerRef[] = [];
      const answer = await act(parts, request, {
        cell(id) {
          started.push(...commands.dueToStart(id));
          return commands.start(id);
        },
        container: (ref) => commands.startContainer(ref),
      });
      return { ...answer, started: started.map(({ container }) => container) };
    },
    async stop(request, { signal }) {
      return stopAt(parts, request, { verb: 'stopped', graceMs: graceOf(request), signal });
    },
    async kill(request, { signal }) {
      return stopAt(parts, request, { verb: 'killed', graceMs: 0, signal });
    },
    restart: (request) =>
      act(parts, request, {
        cell: (id) => {
          commands.restart(id, graceOf(request));
          return true;
        },
        container: (ref) => {
          commands.restartContainer(ref, graceOf(request));
          return true;
        },
      }),
    pause: (request, { signal }) =>
      act(parts, request, {
        cell: (id) => cellPauses.pause(id, signal),
        container: (ref) => cellPauses.pauseContainer(ref, signal),
      }),
    unpause: (request, { signal }) =>
      act(parts, request, {
        cell: (id) => cellPauses.unpause(id, signal),
        container: (ref) => cellPauses.unpauseContainer(ref, signal),
      }),
    async delete({ place, cascade, force }, { signal }) {
      const deleted = await deleteNode(parts, read(parts, place), { cascade, force, signal });
      return { existed: deleted.length > 0, deleted: deleted.map(placeToProto) };
    },
    async refresh({ within }, { signal }) {
      const filtered = filter(parts, within);
      const cells = parts.cells.list().filter(({ id }) => isIn(placeOfCell(id), filtered));
      return parts.controller.refresh(cells, signal);
    },
  };
}

async function act(parts: CellServiceParts, { place: wire }: ActRequest, verb: Act) {
  const place = read(parts, wire);
  const ref = refOfPlace(place);
  const changed = await (ref === undefined ? verb.cell(cellAt(place)) : verb.container(ref));
  return { changed, node: nodeToProto(nodeAt(parts, place)) };
}

interface StopOptions {
  readonly verb: Exclude<RootVerb, 'deleted'>;
  readonly graceMs: number | undefined;
  readonly signal: AbortSignal;
}

async function stopAt(
  parts: CellServiceParts,
  request: ActRequest,
  { verb, graceMs, signal }: StopOptions,
) {
  const { cellCommands, controller } = parts;
  const place = read(parts, request.place);
  const ref = refOfPlace(place);
  // The client may disconnect: the desired state is stored, and capsuled acts on it anyway.
  if (ref === undefined) {
    const id = cellAt(place);
    const changed = cellCommands.stop(id, graceMs);
    await controller.untilStopped(id, signal);
    return { changed, node: nodeToProto(nodeAt(parts, place)) };
  }
  const changed = cellCommands.stopContainer(ref, verb, graceMs);
  await controller.untilContainerStopped(ref, signal);
  return { changed, node: nodeToProto(nodeAt(parts, place)) };
}

/** Fails with `CELL_NOT_FOUND` for an outer level, which no verb acts on. */
function cellAt(place: Place): CellId {
  const id = cellOfPlace(place);
  if (id !== undefined) return id;
  throw cellError.NOT_FOUND({
    level: 'cell',
    place: `in ${levelOf(place)} ${describePlace(place)}`,
  });
}

function graceOf({ graceSeconds }: ActRequest): number | undefined {
  return graceSeconds === undefined ? undefined : graceSeconds * 1000;
}

function read({ scopeCommands }: CellServiceParts, place: WirePlace | undefined): Place {
  return scopeCommands.resolve(placeFromProto(place));
}

function filter(
  { scopeCommands }: CellServiceParts,
  within: WirePlace | undefined,
): Partial<Place> {
  const parts = filterFromProto(within);
  const { realm } = parts;
  return realm === undefined ? parts : { ...parts, realm: scopeCommands.resolve({ realm }).realm };
}

function isIn(place: Place, within: Partial<Place>): boolean {
  return isWithin({ ...place, ...within }, place);
}

function labelsOf(node: ReportedNode): Readonly<Record<string, string>> {
  if (node.level === 'scope') return node.scope.labels;
  if (node.level === 'container') return node.container.spec.labels;
  // A flat workload has its labels in its only container.
  const root = node.cell.containers.find(({ isRoot }) => isRoot);
  return { ...root?.spec.labels, ...node.cell.labels };
}
