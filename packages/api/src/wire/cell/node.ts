import { create } from '@bufbuild/protobuf';
import {
  type CellDocument,
  type ContainerDocument,
  cellOfPlace,
  type DesiredState,
  type NodeStatus,
  type Place,
  placeOfCell,
  placeOfContainer,
  refOfPlace,
  type ScopeSpec,
  type WorkloadKind,
} from '@capsule/core';
import { apiError } from '../../errors.ts';
import {
  CellContainerSchema,
  CellSchema,
  NodeSchema,
  ScopeSchema,
  type Cell as WireCell,
  type CellContainer as WireContainer,
  type Node as WireNode,
  type Scope as WireScope,
} from '../../gen/capsule/v1/cell_pb.ts';
import { desiredFromProto, desiredToProto } from '../workload/desired-state.ts';
import { specFromProto, specToProto } from '../workload/workload-spec.ts';
import { nodeStatusFromProto, nodeStatusToProto } from './node-status.ts';
import { placeFromProto, placeToProto } from './place.ts';

/** The facts about something of any level that the capsule adds to its declaration. */
interface Reported {
  readonly status: NodeStatus;
  readonly uid: string;
  readonly generation: number;
  readonly createdAt: number;
}

/** A realm, space or stack as an API client sees it. */
export interface ReportedScope extends ScopeSpec, Reported {
  readonly cidr?: string;
  readonly isDeleting: boolean;
}

/** A container of a cell as an API client sees it. */
export interface ReportedContainer extends ContainerDocument, Reported {
  readonly isRoot: boolean;
  readonly desired: DesiredState;
  readonly containerdId: string;
  readonly run: number;
}

/** A cell as an API client sees it. */
export interface ReportedCell extends Omit<CellDocument, 'containers'>, Reported {
  readonly containers: readonly ReportedContainer[];
  readonly desired: DesiredState;
  readonly isolation: WorkloadKind;
}

/** One thing of any level. */
export type ReportedNode =
  | { readonly level: 'scope'; readonly scope: ReportedScope }
  | { readonly level: 'cell'; readonly cell: ReportedCell }
  | { readonly level: 'container'; readonly container: ReportedContainer };

/** Pure. */
export function placeOfNode(node: ReportedNode): Place {
  if (node.level === 'scope') return node.scope.place;
  if (node.level === 'cell') return placeOfCell(node.cell.id);
  return placeOfContainer(node.container.ref);
}

/** The declaration alone; an apply sends the same. */
export function scopeSpecToProto({ place, labels, namespace = '' }: ScopeSpec): WireScope {
  return create(ScopeSchema, { place: placeToProto(place), labels: { ...labels }, namespace });
}

/** Fails with `API_PLACE_INVALID`. */
export function scopeSpecFromProto({ place, labels, namespace }: WireScope): ScopeSpec {
  return { place: placeFromProto(place), labels: { ...labels }, ...(namespace && { namespace }) };
}

export function cellDocumentToProto({ id, labels, containers }: CellDocument): WireCell {
  return create(CellSchema, {
    place: placeToProto(placeOfCell(id)),
    labels: { ...labels },
    containers: containers.map(containerDocumentToProto),
  });
}

/** Fails with `API_PLACE_INVALID` and as `specFromProto`. */
export function cellDocumentFromProto({ place, labels, containers }: WireCell): CellDocument {
  const id = cellOfPlace(placeFromProto(place));
  if (id === undefined) throw apiError.PLACE_INVALID({ problem: 'cell is missing' });
  return { id, labels: { ...labels }, containers: containers.map(containerDocumentFromProto) };
}

export function containerDocumentToProto({ ref, isRoot, spec }: ContainerDocument): WireContainer {
  return create(CellContainerSchema, {
    place: placeToProto(placeOfContainer(ref)),
    root: isRoot ?? false,
    spec: specToProto(spec),
  });
}

/** Fails with `API_PLACE_INVALID` and as `specFromProto`. */
export function containerDocumentFromProto({
  place,
  root,
  spec,
}: WireContainer): ContainerDocument {
  const ref = refOfPlace(placeFromProto(place));
  if (ref === undefined) throw apiError.PLACE_INVALID({ problem: 'container is missing' });
  const read = { ...specFromProto(spec), name: ref.container };
  return { ref, ...(root && { isRoot: true }), spec: read };
}

export function nodeToProto(node: ReportedNode): WireNode {
  switch (node.level) {
    case 'scope':
      return create(NodeSchema, { node: { case: 'scope', value: scopeToProto(node.scope) } });
    case 'cell':
      return create(NodeSchema, { node: { case: 'cell', value: cellToProto(node.cell) } });
    case 'container': {
      const value = containerToProto(node.container);
      return create(NodeSchema, { node: { case: 'container', value } });
    }
  }
}

/** Fails with `API_UNEXPECTED_ANSWER` for a level of a later capsule. */
export function nodeFromProto({ node }: WireNode): ReportedNode {
  switch (node.case) {
    case 'scope':
      return { level: 'scope', scope: scopeFromProto(node.value) };
    case 'cell':
      return { level: 'cell', cell: cellFromProto(node.value) };
    case 'container':
      return { level: 'container', container: containerFromProto(node.value) };
    default:
      throw apiError.UNEXPECTED_ANSWER({ what: 'a node of an unknown level' });
  }
}

function scopeToProto(scope: ReportedScope): WireScope {
  return {
    ...scopeSpecToProto(scope),
    ...reportedToProto(scope),
    cidr: scope.cidr ?? '',
    deleting: scope.isDeleting,
  };
}

function scopeFromProto(wire: WireScope): ReportedScope {
  return {
    ...scopeSpecFromProto(wire),
    ...reportedFromProto(wire),
    ...(wire.cidr && { cidr: wire.cidr }),
    isDeleting: wire.deleting,
  };
}

function cellToProto(cell: ReportedCell): WireCell {
  return {
    ...cellDocumentToProto(cell),
    ...reportedToProto(cell),
    containers: cell.containers.map(containerToProto),
    desiredState: desiredToProto(cell.desired),
    isolation: cell.isolation,
  };
}

function cellFromProto(wire: WireCell): ReportedCell {
  return {
    ...cellDocumentFromProto(wire),
    ...reportedFromProto(wire),
    containers: wire.containers.map(containerFromProto),
    desired: desiredFromProto(wire.desiredState) ?? 'running',
    isolation: wire.isolation === 'microVm' ? 'microVm' : 'container',
  };
}

function containerToProto(container: ReportedContainer): WireContainer {
  return {
    ...containerDocumentToProto(container),
    ...reportedToProto(container),
    desiredState: desiredToProto(container.desired),
    containerdId: container.containerdId,
    run: BigInt(container.run),
  };
}

function containerFromProto(wire: WireContainer): ReportedContainer {
  return {
    ...containerDocumentFromProto(wire),
    ...reportedFromProto(wire),
    isRoot: wire.root,
    desired: desiredFromProto(wire.desiredState) ?? 'running',
    containerdId: wire.containerdId,
    run: Number(wire.run),
  };
}

function reportedToProto({ status, uid, generation, createdAt }: Reported) {
  return {
    status: nodeStatusToProto(status),
    uid,
    generation: BigInt(generation),
    createdAtUnixMs: BigInt(createdAt),
  };
}

function reportedFromProto({
  status,
  uid,
  generation,
  createdAtUnixMs,
}: Pick<WireScope, 'status' | 'uid' | 'generation' | 'createdAtUnixMs'>): Reported {
  return {
    status: nodeStatusFromProto(status),
    uid,
    generation: Number(generation),
    createdAt: Number(createdAtUnixMs),
  };
}
