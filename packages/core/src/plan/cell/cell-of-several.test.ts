import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CellRecord } from '../../resource/cell/cell.ts';
import { cellKey } from '../../resource/cell/cell-key.ts';
import type { ContainerRecord, DesiredState } from '../../resource/cell/container.ts';
import { refOfWorkload } from '../../resource/cell/container-ref.ts';
import { SHM_BYTES } from '../../resource/cell/container-settings.ts';
import { isAlive } from '../../resource/cell/task-state.ts';
import { completeSpec } from '../../resource/workload/complete-spec.ts';
import { splitWorkload } from '../../resource/workload/flat-workload.ts';
import {
  type ContainerLook,
  type ContainerStep,
  containerRevision,
} from '../container/container.ts';
import { FIRST_STATUS } from '../container/workload-status.ts';
import { type CellPlan, type CellSeen, planCell, type Step } from './cell.ts';

const ID = refOfWorkload('web').cell;
const ATTACHED = { key: cellKey(ID), link: 'veth', address: '10.0.0.2', complete: true } as const;
const PIN = { hostname: 'web', shmBytes: SHM_BYTES, sysctls: '[]' };
const PINNED = { key: cellKey(ID), ...PIN, complete: true };
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

/** Namespaces with the settings of an earlier spec. */
const SET = { ...PINNED, sysctls: '[["net.core.somaxconn","1"]]' };

const anySeen: fc.Arbitrary<CellSeen> = fc.record({
  waitingFor: fc.constant([]),
  address: fc.constant(ATTACHED.address),
  network: fc.constantFrom(undefined, ATTACHED, { ...ATTACHED, complete: false }),
  namespaces: fc.constantFrom(undefined, PINNED, SET, { ...PINNED, complete: false }),
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
    case 'pinNamespaces':
      return set({ namespaces: { ...PINNED, sysctls: step.sysctls } });
    case 'unpinNamespaces':
      return set({ namespaces: undefined });
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
        const { steps }: CellPlan = planCell(record, seen, 0);
        const resumed: CellSeen | undefined = steps.length === 0 ? resumedRoot(seen) : undefined;
        if (steps.length === 0 && resumed === undefined) break;
        if (resumed !== undefined) seen = resumed;
        assert.ok(wave < 16, `no end: ${JSON.stringify(seen)}`);
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
      assert.deepEqual(seen?.namespaces, desired === 'running' ? PINNED : undefined);
      if (desired === 'running') assert.ok(containers.every(isCurrent(record)));
    }),
    { numRuns: 3_000 },
  );
});

/** An operator resumes the root where nothing else is left to do; undefined if it is not paused. */
function resumedRoot(seen: CellSeen): CellSeen | undefined {
  const [root, ...siblings] = seen.containers;
  if (root?.seen?.task !== 'paused') return undefined;
  return {
    ...seen,
    containers: [{ ...root, seen: { ...root.seen, task: 'running' } }, ...siblings],
  };
}

const isCurrent = (record: CellRecord) => (look: ContainerLook, index: number) => {
  const container = record.containers[index];
  return container !== undefined && look.seen?.revision === containerRevision(container);
};

test('a cell without containers has its network, address and namespaces all the same', () => {
  const record = { ...cellOf('running'), containers: [] };
  const seen: CellSeen = {
    waitingFor: [],
    address: ATTACHED.address,
    network: undefined,
    namespaces: undefined,
    ports: 'current',
    volumes: { missing: [], unfilled: [], held: [] },
    containers: [],
  };
  assert.deepEqual(
    planCell(record, seen, 0).steps.map((step) => step.do),
    ['attachNetwork', 'pinNamespaces'],
  );
  const whole = { ...seen, network: ATTACHED, namespaces: PINNED };
  assert.deepEqual(planCell(record, whole, 0), { steps: [] });
  assert.deepEqual(
    planCell({ ...record, desired: 'stopped' }, whole, 0).steps.map((step) => step.do),
    ['detachNetwork', 'unpinNamespaces'],
  );
});

/** A cell whose root is a job: it has ended, and its policy restarts it in the first case only. */
const anyEnd = fc.record({
  restartPolicy: fc.constantFrom('always', 'onFailure', 'never'),
  reason: fc.constantFrom('Completed', 'Failed', 'BackOff'),
  mode: fc.constantFrom('bridge', 'host'),
} as const);

test('a root that ended for good takes its siblings down, and then all that the cell shares goes', () => {
  fc.assert(
    fc.property(anySeen, anyEnd, (start, { restartPolicy, reason, mode }) => {
      const whole = cellOf('running');
      const containers = whole.containers.map((one, at) =>
        at === 0
          ? { ...one, spec: { ...one.spec, restartPolicy } }
          : { ...one, stopGraceMs: 1, spec: { ...one.spec, stopGraceSeconds: 7 } },
      );
      const record = { ...whole, spec: { ...whole.spec, networkMode: mode }, containers };
      const [root, ...others] = start.containers;
      assert.ok(root !== undefined);
      const seenRoot = {
        ...root,
        imageDigest: 'd',
        seen: {
          id: 'x',
          ref: { cell: ID, container: 'web' },
          revision: 'u.1',
          imageDigest: 'd',
          resources: {},
          task: 'stopped' as const,
        } as const,
        status: { ...root.status, reason },
      };
      const isOver =
        restartPolicy === 'never' ? reason !== 'BackOff' : isDone(restartPolicy, reason);
      let seen: CellSeen | undefined = { ...start, containers: [seenRoot, ...others] };
      for (let wave = 0; seen !== undefined; wave += 1) {
        const { steps } = planCell(record, seen, 0);
        if (steps.length === 0) break;
        assert.ok(wave < 16, `no end: ${JSON.stringify(seen)}`);
        for (const step of steps) {
          if (isOver && step.do === 'startContainer') assert.fail('something is started');
          const isStop = isOver && step.do === 'stopContainer';
          const isUnmade = others.some(({ seen: one }) => one?.task === 'created');
          if (isStop && !isUnmade) assert.equal(step.graceMs, 7_000);
          seen = seen && effect(seen, record, step);
        }
      }
      const isAnyUp = seen?.containers.some(isUp);
      assert.equal(isAnyUp, !isOver);
      if (!isOver) return;
      assert.equal(seen?.network, undefined);
      assert.equal(seen?.namespaces, undefined);
      assert.deepEqual(seen?.volumes.held, []);
    }),
    { numRuns: 2_000 },
  );
});

function isDone(policy: 'always' | 'onFailure', reason: string): boolean {
  return policy === 'onFailure' && reason === 'Completed';
}

test('a root that its policy restarts keeps siblings, network and namespaces', () => {
  const record = cellOf('running');
  const up = (name: string) => ({
    imageDigest: 'd',
    hasLogs: true,
    reference: 'x',
    status: { ...FIRST_STATUS, observedRun: 1 },
    seen: {
      id: name,
      ref: { cell: ID, container: name },
      revision: 'u.1',
      imageDigest: 'd',
      resources: {},
      task: 'running' as const,
    } as const,
  });
  const [web, ...siblings] = NAMES.map(up);
  assert.ok(web !== undefined);
  const failed = { ...FIRST_STATUS, observedRun: 1, reason: 'BackOff', nextRetryAt: 500 } as const;
  const root = { ...web, status: failed, seen: { ...web.seen, task: 'stopped' } } as const;
  const seen: CellSeen = {
    waitingFor: [],
    address: ATTACHED.address,
    network: ATTACHED,
    namespaces: PINNED,
    ports: 'current',
    volumes: { missing: [], unfilled: [], held: ['data'] },
    containers: [root, ...siblings],
  };
  assert.deepEqual(planCell(record, seen, 0), { steps: [], againAt: 500 });
  const due = planCell(record, seen, 500).steps;
  assert.deepEqual(due, [{ do: 'startContainer', ref: { cell: ID, container: 'web' } }]);
});

test('containers that share namespaces are restarted together when the pins are gone', () => {
  fc.assert(
    fc.property(anySeen, (start) => {
      const containers = start.containers.map((look) => ({ ...look, imageDigest: 'd' }));
      const seen = { ...start, network: ATTACHED, namespaces: undefined, containers };
      const steps = planCell(cellOf('running'), seen, 0).steps;
      if (containers.some((look) => isUp(look))) {
        assert.ok(steps.some((step) => step.do === 'stopContainer'));
        assert.ok(steps.every((step) => step.do !== 'pinNamespaces'));
      }
    }),
  );
});

test('namespaces with settings of an earlier spec are made again before anything starts in them', () => {
  fc.assert(
    fc.property(anySeen, (start) => {
      const record = cellOf('running');
      let seen: CellSeen | undefined = { ...start, namespaces: SET };
      for (let wave = 0; seen !== undefined; wave += 1) {
        const { steps } = planCell(record, seen, 0);
        if (steps.length === 0) break;
        assert.ok(wave < 16, `no end: ${JSON.stringify(seen)}`);
        for (const step of steps) {
          const isStart = step.do === 'startContainer';
          if (isStart) assert.equal(seen?.namespaces?.sysctls, '[]');
          const isLoss = step.do === 'detachNetwork' || step.do === 'unpinNamespaces';
          if (isLoss) assert.ok(!seen?.containers.some(isUp), 'a container loses its namespaces');
          seen = seen && effect(seen, record, step);
        }
      }
      if (start.containers[0]?.seen?.task === 'paused') return;
      assert.equal(seen?.namespaces?.sysctls, '[]');
    }),
  );
});

test('nothing starts beside a root that stands still', () => {
  fc.assert(
    fc.property(anySeen, (start) => {
      const [web, ...siblings] = start.containers;
      if (web?.seen === undefined) return;
      const root = { ...web, seen: { ...web.seen, task: 'paused' as const } };
      const { steps } = planCell(
        cellOf('running'),
        { ...start, containers: [root, ...siblings] },
        0,
      );
      assert.ok(steps.every((step) => step.do !== 'startContainer'));
    }),
  );
});

test('a root starts although the image of a sibling and the volume that only this one mounts are missing', () => {
  const record = cellOf('running');
  const containers = record.containers.map((one) => {
    const volumeName = one.role === 'root' ? 'data' : one.ref.container;
    const mounts = one.spec.mounts.map((mount) => ({ ...mount, volumeName }));
    return { ...one, spec: { ...one.spec, mounts } };
  });
  const look = (name: string, isThere: boolean): ContainerLook => ({
    reference: 'x',
    imageDigest: isThere ? 'd' : undefined,
    hasLogs: false,
    status: { ...FIRST_STATUS, observedRun: 1 },
    seen: isThere
      ? {
          id: name,
          ref: { cell: ID, container: name },
          revision: 'u.1',
          task: 'none',
          imageDigest: 'd',
          resources: {},
        }
      : undefined,
  });
  const seen: CellSeen = {
    waitingFor: [],
    address: ATTACHED.address,
    network: ATTACHED,
    namespaces: PINNED,
    ports: 'current',
    volumes: { missing: [], unfilled: ['data', 'side'], held: ['data', 'side', 'other'] },
    containers: [look('web', true), look('side', false), look('other', true)],
  };
  const planOf = (volumes: CellSeen['volumes']) =>
    planCell({ ...record, containers }, { ...seen, volumes }, 0).steps;
  assert.deepEqual(planOf(seen.volumes), [{ do: 'fillVolumes', names: ['data'] }]);
  assert.deepEqual(planOf({ ...seen.volumes, unfilled: ['side'] }), [
    { do: 'startContainer', ref: { cell: ID, container: 'web' } },
  ]);
});
