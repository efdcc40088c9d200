import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CellRecord } from '../../resource/cell/cell.ts';
import { cellKey } from '../../resource/cell/cell-key.ts';
import type { ContainerRecord, DesiredState } from '../../resource/cell/container.ts';
import { refOfWorkload } from '../../resource/cell/container-ref.ts';
import { isAlive } from '../../resource/cell/task-state.ts';
import { completeSpec } from '../../resource/workload/complete-spec.ts';
import { splitWorkload } from '../../resource/workload/flat-workload.ts';
import {
  type ContainerLook,
  type ContainerStep,
  containerRevision,
} from '../container/container.ts';
import { FIRST_STATUS } from '../container/workload-status.ts';
import { type CellSeen, planCell, type Step } from './cell.ts';

const ID = refOfWorkload('web').cell;
const ATTACHED = { key: cellKey(ID), link: 'veth', address: '10.0.0.2', complete: true } as const;
const NAMES = ['web', 'side', 'other'] as const;

function cellOf(desired: DesiredState): CellRecord {
  const mounts = [{ volumeName: 'data', mountPath: '/data', readOnly: false, copyUp: true }];
  const { cell, container } = splitWorkload(completeSpec({ name: 'web', image: 'x', mounts }));
  const shared = { uid: 'u', generation: 1, desired };
  const containers = NAMES.map(
    (name, index): ContainerRecord => ({
      ref: { cell: ID, container: name },
      role: index === 0 ? 'root' : 'sibling',
      ...shared,
      revision: 1,
      run: 1,
      spec: container,
    }),
  );
  return { ...shared, id: ID, createdAt: 0, spec: cell, containers };
}

const anyLook = (name: string): fc.Arbitrary<ContainerLook> =>
  fc
    .record({
      imageDigest: fc.constantFrom(undefined, 'd'),
      hasLogs: fc.boolean(),
      revision: fc.constantFrom('u.1', 'u.0'),
      task: fc.constantFrom('gone', 'none', 'created', 'running', 'paused', 'stopped'),
    } as const)
    .map(({ task, revision, ...rest }) => ({
      ...rest,
      reference: 'x',
      status: { ...FIRST_STATUS, observedRun: 1 },
      seen:
        task === 'gone'
          ? undefined
          : {
              id: name,
              ref: { cell: ID, container: name },
              revision,
              task,
              imageDigest: 'd',
              resources: {},
            },
    }));

const anySeen: fc.Arbitrary<CellSeen> = fc.record({
  waitingFor: fc.constant([]),
  address: fc.constant(ATTACHED.address),
  network: fc.constantFrom(undefined, ATTACHED, { ...ATTACHED, complete: false }),
  ports: fc.constantFrom('current', 'missing', 'left'),
  volumes: fc.constantFrom(
    { missing: ['data'], unfilled: [], held: ['old'] },
    { missing: [], unfilled: ['data'], held: ['data'] },
    { missing: [], unfilled: [], held: ['data'] },
  ),
  containers: fc.tuple(...NAMES.map(anyLook)),
} as const);

/** Applies a successful step to the world; undefined once the cell is forgotten. */
function effect(seen: CellSeen, record: CellRecord, step: Step): CellSeen | undefined {
  const set = (change: Partial<CellSeen>): CellSeen => ({ ...seen, ...change });
  const { volumes } = seen;
  switch (step.do) {
    case 'attachNetwork':
      return set({ network: ATTACHED });
    case 'detachNetwork':
      return set({ network: undefined });
    case 'publishPorts':
      return set({ ports: 'current' });
    case 'attachVolumes':
      return set({ volumes: { missing: [], unfilled: step.names, held: step.names } });
    case 'detachVolumes': {
      const held = volumes.held.filter((name) => !step.names.includes(name));
      const missing = step.names.includes('data') ? ['data'] : volumes.missing;
      return set({ volumes: { missing, unfilled: [], held } });
    }
    case 'fillVolumes':
      return set({ volumes: { ...volumes, unfilled: [] } });
    case 'forget':
      return undefined;
    default:
      return set({
        containers: seen.containers.map((look, index) =>
          record.containers[index]?.ref.container === step.ref.container
            ? lookAfter(look, step)
            : look,
        ),
      });
  }
}

function lookAfter(look: ContainerLook, step: ContainerStep): ContainerLook {
  const { seen } = look;
  switch (step.do) {
    case 'pullImage':
      return { ...look, imageDigest: 'd' };
    case 'createContainer':
      return {
        ...look,
        seen: {
          id: 'x',
          ref: step.ref,
          revision: step.revision,
          task: 'none',
          imageDigest: 'd',
          resources: {},
        },
      };
    case 'startContainer':
      return seen === undefined
        ? look
        : { ...look, hasLogs: true, seen: { ...seen, task: 'running' } };
    case 'stopContainer':
      return seen === undefined ? look : { ...look, seen: { ...seen, task: 'stopped' } };
    case 'removeContainer':
      return { ...look, seen: undefined };
    case 'removeLogs':
      return { ...look, hasLogs: false };
    default:
      return look;
  }
}

const isUp = (look: ContainerLook | undefined) =>
  look?.seen !== undefined && isAlive(look.seen.task);

/** Siblings live in what the root holds. */
function assertOrder(record: CellRecord, seen: CellSeen, steps: readonly Step[]): void {
  const [root, ...siblings] = seen.containers;
  const startsSibling = steps.some(
    (step) => step.do === 'startContainer' && step.ref.container !== 'web',
  );
  assert.ok(!startsSibling || isUp(root), 'a sibling is started without its root');
  const stopsRoot = steps.some(
    (step) => step.do === 'stopContainer' && step.ref.container === 'web',
  );
  const isGoing = record.desired !== 'running';
  assert.ok(
    !(isGoing && stopsRoot) || !siblings.some(isUp),
    'the root is stopped before a sibling',
  );
}

test('every cell reaches its desired state from every state; the root starts first and stops last', () => {
  const desires = fc.constantFrom('running', 'stopped', 'deleting');
  fc.assert(
    fc.property(anySeen, desires as fc.Arbitrary<DesiredState>, (start, desired) => {
      const record = cellOf(desired);
      let seen: CellSeen | undefined = start;
      for (let wave = 0; seen !== undefined; wave += 1) {
        const { steps } = planCell(record, seen, 0);
        if (steps.length === 0) break;
        assert.ok(wave < 14, `no end: ${JSON.stringify(seen)}`);
        assertOrder(record, seen, steps);
        for (const step of steps) seen = seen && effect(seen, record, step);
      }
      if (desired === 'deleting') return assert.equal(seen, undefined);
      const { containers = [], volumes, network } = seen ?? {};
      assert.deepEqual(
        containers.map(isUp),
        NAMES.map(() => desired === 'running'),
      );
      assert.deepEqual(volumes?.held, desired === 'running' ? ['data'] : []);
      assert.equal(network, desired === 'running' ? ATTACHED : undefined);
      if (desired === 'running') assert.ok(containers.every(isCurrent(record)));
    }),
    { numRuns: 3_000 },
  );
});

const isCurrent = (record: CellRecord) => (look: ContainerLook, index: number) => {
  const container = record.containers[index];
  return container !== undefined && look.seen?.revision === containerRevision(container);
};

test('a cell without containers has its network and its address all the same', () => {
  const record = { ...cellOf('running'), containers: [] };
  const seen: CellSeen = {
    waitingFor: [],
    address: ATTACHED.address,
    network: undefined,
    ports: 'current',
    volumes: { missing: [], unfilled: [], held: [] },
    containers: [],
  };
  assert.deepEqual(
    planCell(record, seen, 0).steps.map((step) => step.do),
    ['attachNetwork'],
  );
  assert.deepEqual(planCell(record, { ...seen, network: ATTACHED }, 0), { steps: [] });
});
