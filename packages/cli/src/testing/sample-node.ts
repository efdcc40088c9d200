import {
  type Node,
  nodeToProto,
  type ReportedCell,
  type ReportedContainer,
  type ReportedScope,
} from '@capsule/api/wire';
import { type CellId, completeSpec, type NodeStatus, placeOf } from '@capsule/core';
import { CREATED_AT } from './sample-workload.ts';

const READY: NodeStatus = {
  state: 'ready',
  reason: 'Running',
  message: 'running',
  restartCount: 0,
  pauseReasons: [],
  ready: true,
  observedGeneration: 1,
  observedRun: 1,
};

const FACTS = { uid: 'u-1', generation: 1, createdAt: CREATED_AT };

const SAMPLE_CELL: CellId = {
  realm: 'main',
  space: 'default',
  stack: 'default',
  cell: 'web',
};

/** A realm, space or stack that is ready. */
export function sampleScope(
  parts: readonly string[],
  change: Partial<ReportedScope> = {},
): ReportedScope {
  return {
    place: placeOf(parts),
    labels: {},
    status: READY,
    isDeleting: false,
    ...FACTS,
    ...change,
  };
}

/** A container that runs, with what a test changes of it. */
export function sampleContainer(
  name: string,
  {
    id = SAMPLE_CELL,
    status,
    ...change
  }: Partial<Omit<ReportedContainer, 'status'>> & {
    readonly id?: CellId;
    readonly status?: Partial<NodeStatus>;
  } = {},
): ReportedContainer {
  return {
    ref: { cell: id, container: name },
    spec: completeSpec({
      name,
      image: 'docker.io/library/nginx:alpine',
      restartPolicy: 'never',
    }),
    isRoot: name === id.cell,
    desired: 'running',
    containerdId: `default_default_${id.cell}_${name}`,
    run: 1,
    status: { ...READY, ...status },
    ...FACTS,
    uid: `u-${name}`,
    ...change,
  };
}

/** A cell whose containers run. */
export function sampleCell(
  names: readonly string[] = ['web'],
  {
    status,
    ...change
  }: Partial<Omit<ReportedCell, 'status'>> & { readonly status?: Partial<NodeStatus> } = {},
): ReportedCell {
  const id = change.id ?? SAMPLE_CELL;
  return {
    id,
    labels: {},
    containers: names.map((name) => sampleContainer(name, { id })),
    desired: 'running',
    isolation: 'container',
    status: { ...READY, address: '172.20.254.2', bridge: 'br0', ...status },
    ...FACTS,
    ...change,
  };
}

export function wireCell(cell: ReportedCell): Node {
  return nodeToProto({ level: 'cell', cell });
}

export function wireContainer(container: ReportedContainer): Node {
  return nodeToProto({ level: 'container', container });
}

export function wireScope(scope: ReportedScope): Node {
  return nodeToProto({ level: 'scope', scope });
}
