import type {
  ReportedCell,
  ReportedContainer,
  ReportedNode,
  ReportedScope,
} from '@capsule/api/wire';
import {
  manifestFromWorkload,
  type NodeStatus,
  printCell,
  printCellContainer,
  printScope,
} from '@capsule/core';
import { capitalised } from '../../program/capitalised.ts';

/**
 * Something of any level as a manifest with what the capsule adds to it: an apply of it changes nothing, as apply
 * reads over the keys behind `spec`. A microVM is printed as its flat manifest, the only one that it has.
 */
export function nodeDocument(node: ReportedNode): object {
  if (node.level === 'scope') return scopeDocument(node.scope);
  return node.level === 'cell' ? cellDocument(node.cell) : containerDocument(node.container);
}

function scopeDocument(scope: ReportedScope): object {
  const { status, uid, generation, createdAt, cidr } = scope;
  return {
    ...printScope(scope),
    ...facts({ uid, generation, createdAt }),
    status: { ...statusDocument(status), ...(cidr !== undefined && { cidr }) },
  };
}

function cellDocument(cell: ReportedCell): object {
  const [root] = cell.containers;
  const isFlat = cell.isolation === 'microVm' && root !== undefined;
  return {
    ...(isFlat ? manifestFromWorkload(root.spec) : printCell(cell)),
    ...desired(cell),
    ...facts(cell),
    status: {
      ...statusDocument(cell.status),
      isolation: cell.isolation.toLowerCase(),
      containers: cell.containers.map((one) => ({
        name: one.ref.container,
        ...containerStatus(one),
      })),
    },
  };
}

function containerDocument(container: ReportedContainer): object {
  const { spec } = container;
  return {
    ...(spec.kind === 'microVm' ? manifestFromWorkload(spec) : printCellContainer(container)),
    ...desired(container),
    ...facts(container),
    status: containerStatus(container),
  };
}

function containerStatus({ status, containerdId }: ReportedContainer): object {
  return { ...statusDocument(status), containerdId };
}

function desired({ desired: state }: Pick<ReportedCell, 'desired'>): object {
  return { desiredState: `DESIRED_STATE_${state.toUpperCase()}` };
}

function facts({
  uid,
  generation,
  createdAt,
}: Pick<ReportedCell, 'uid' | 'generation' | 'createdAt'>) {
  return { uid, generation, createdAt: moment(createdAt) };
}

const TIMES = ['restartedAt', 'startedAt', 'finishedAt', 'nextRetryAt'] as const;

/** The state as people read it, and times as text; nothing that says nothing. */
function statusDocument(status: NodeStatus): object {
  const { state, hint, pauseReasons, ...rest } = status;
  const times = TIMES.flatMap((key) => {
    const at = status[key];
    return at === undefined ? [] : [[key, moment(at)] as const];
  });
  const written = {
    state: capitalised(state),
    ...rest,
    ...(hint !== undefined && { hint: hint.text }),
    ...Object.fromEntries(times),
    ...(pauseReasons.length > 0 && { pauseReasons: [...pauseReasons] }),
  };
  return written;
}

function moment(ms: number): string {
  return new Date(ms).toISOString();
}
