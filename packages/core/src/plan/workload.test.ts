import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ContainerSeen } from '../port/container-runtime.ts';
import { cellKey, cellOfWorkload } from '../resource/cell-id.ts';
import { completeSpec } from '../resource/complete-spec.ts';
import type { WorkloadRecord } from '../resource/workload.ts';
import {
  planWorkload,
  type WorkloadSeen,
  type WorkloadStep,
  workloadRevision,
} from './workload.ts';

const NOW = 1_000_000;
const ADDRESS = '172.20.254.2';

function record(change: Partial<WorkloadRecord> = {}, mode: 'bridge' | 'host' = 'bridge') {
  return {
    uid: 'u1',
    generation: 3,
    desired: 'running',
    createdAt: 0,
    revision: 3,
    run: 1,
    spec: completeSpec({ name: 'web', image: 'nginx', networkMode: mode }),
    ...change,
  } satisfies WorkloadRecord;
}

function container(change: Partial<ContainerSeen> = {}): ContainerSeen {
  const cell = cellOfWorkload('web');
  const made = { id: 'x', cell, container: 'web', revision: 'u1.3', imageDigest: 'sha256:1' };
  return { ...made, task: 'running', ...change };
}

const ATTACHED = { key: cellKey(cellOfWorkload('web')), address: ADDRESS, complete: true };

const CONVERGED: WorkloadSeen = {
  reference: 'docker.io/library/nginx:latest',
  imagePresent: true,
  address: ADDRESS,
  network: ATTACHED,
  ports: 'current',
  container: container(),
  hasLogs: true,
};

const namesOf = (steps: readonly WorkloadStep[]) => steps.map((step) => step.do);
const planOf = (wish: WorkloadRecord, seen: WorkloadSeen, nextRetryAt?: number) =>
  planWorkload(wish, seen, { now: NOW, nextRetryAt });

test('a running workload that is as wished needs nothing', () => {
  assert.deepEqual(planOf(record(), CONVERGED), { steps: [] });
});

test('a missing image is pulled before anything else', () => {
  const seen = { ...CONVERGED, imagePresent: false, container: undefined, network: undefined };
  assert.deepEqual(namesOf(planOf(record(), seen).steps), ['pullImage']);
});

test('network, port maps and container are made side by side', () => {
  const seen: WorkloadSeen = {
    ...CONVERGED,
    network: undefined,
    container: undefined,
    ports: 'missing',
  };
  assert.deepEqual(namesOf(planOf(record(), seen).steps), [
    'attachNetwork',
    'publishPorts',
    'createContainer',
  ]);
});

test('a changed wish pulls the new image while the old container still runs', () => {
  const seen = { ...CONVERGED, imagePresent: false, container: container({ revision: 'u1.2' }) };
  assert.deepEqual(namesOf(planOf(record(), seen).steps), ['pullImage']);
});

test('a changed wish stops the old container, then removes it', () => {
  const old = container({ revision: 'u1.2' });
  assert.deepEqual(namesOf(planOf(record(), { ...CONVERGED, container: old }).steps), [
    'stopContainer',
  ]);
  const stopped = { ...old, task: 'stopped' } as const;
  assert.deepEqual(namesOf(planOf(record(), { ...CONVERGED, container: stopped }).steps), [
    'removeContainer',
  ]);
});

test('a container whose network namespace is gone is stopped, not mended', () => {
  assert.deepEqual(namesOf(planOf(record(), { ...CONVERGED, network: undefined }).steps), [
    'stopContainer',
  ]);
});

test('a container that ended waits for its next try', () => {
  const seen = { ...CONVERGED, container: container({ task: 'stopped' }) };
  assert.deepEqual(planOf(record(), seen, NOW + 500), { steps: [], againAt: NOW + 500 });
  assert.deepEqual(namesOf(planOf(record(), seen, NOW).steps), ['startContainer']);
});

test('a next try that lies years ahead comes from a clock that was set back, and is due', () => {
  const seen = { ...CONVERGED, container: container({ task: 'stopped' }) };
  const inYears = NOW + 3 * 365 * 24 * 3600 * 1000;
  assert.deepEqual(namesOf(planOf(record(), seen, inYears).steps), ['startContainer']);
});

test('a workload is forgotten only when nothing is left of it', () => {
  const going = record({ desired: 'deleting' });
  const nothing: WorkloadSeen = {
    ...CONVERGED,
    network: undefined,
    container: undefined,
    hasLogs: false,
  };
  assert.deepEqual(namesOf(planOf(going, nothing).steps), ['forget']);
  assert.deepEqual(namesOf(planOf(going, { ...nothing, hasLogs: true }).steps), ['removeLogs']);
});

interface World {
  seen: WorkloadSeen;
  forgotten: boolean;
}

/** What a step that works does to the world. */
function effect(world: World, step: WorkloadStep): World {
  const { seen } = world;
  const set = (change: Partial<WorkloadSeen>) => ({ ...world, seen: { ...seen, ...change } });
  switch (step.do) {
    case 'pullImage':
      return set({ imagePresent: true });
    case 'attachNetwork':
      return set({ network: { key: step.key, address: step.address, complete: true } });
    case 'detachNetwork':
      return set({ network: undefined });
    case 'publishPorts':
      return set({ ports: 'current' });
    case 'createContainer':
      return set({ container: container({ task: 'none', revision: step.revision }) });
    case 'startContainer':
      return set({ container: container({ ...seen.container, task: 'running' }), hasLogs: true });
    case 'stopContainer':
      return set({ container: container({ ...seen.container, task: 'stopped' }) });
    case 'removeContainer':
      return set({ container: undefined });
    case 'removeLogs':
      return set({ hasLogs: false });
    case 'forget':
      return { ...world, forgotten: true };
  }
}

const anySeen: fc.Arbitrary<WorkloadSeen> = fc.record({
  reference: fc.constant(CONVERGED.reference),
  imagePresent: fc.boolean(),
  address: fc.constant(ADDRESS),
  network: fc.constantFrom(
    undefined,
    ATTACHED,
    { ...ATTACHED, complete: false },
    { ...ATTACHED, address: '172.20.254.9' },
  ),
  ports: fc.constantFrom('current' as const, 'missing' as const, 'left' as const),
  container: fc
    .option(
      fc.record({
        revision: fc.constantFrom('u1.3', 'u1.2', 'u0.1'),
        task: fc.constantFrom('none', 'created', 'running', 'paused', 'stopped'),
      } as const),
      { nil: undefined },
    )
    .map((part) => (part === undefined ? undefined : container(part))),
  hasLogs: fc.boolean(),
});

test('from every state every wish is fulfilled within eight waves, and steps may fail', () => {
  const wishes = fc.constantFrom('running' as const, 'stopped' as const, 'deleting' as const);
  const modes = fc.constantFrom('bridge' as const, 'host' as const);
  const failing = fc.array(fc.boolean(), { maxLength: 6 });
  fc.assert(
    fc.property(anySeen, wishes, modes, failing, (start, desired, mode, failures) => {
      const wish = record({ desired }, mode);
      let world: World = { seen: start, forgotten: false };
      const pending = [...failures];
      let waves = 0;
      for (;;) {
        const { steps } = planOf(wish, world.seen);
        if (steps.length === 0 || world.forgotten) break;
        waves += 1;
        assert.ok(waves <= 8 + failures.length, `no end: ${JSON.stringify(world.seen)}`);
        for (const step of steps) if (pending.shift() !== true) world = effect(world, step);
      }
      assertFulfilled(wish, world);
    }),
    { numRuns: 2_000 },
  );
});

function assertFulfilled(wish: WorkloadRecord, { seen, forgotten }: World): void {
  if (wish.desired === 'deleting') {
    assert.ok(forgotten);
    assert.equal(seen.container, undefined);
    assert.equal(seen.network, undefined);
    return;
  }
  assert.equal(seen.ports, 'current');
  if (wish.desired === 'stopped') {
    assert.notEqual(seen.container?.task, 'running');
    assert.equal(seen.network, undefined);
    return;
  }
  assert.ok(seen.container?.task === 'running' || seen.container?.task === 'paused');
  assert.equal(seen.container.revision, workloadRevision(wish));
  assert.equal(seen.network?.complete ?? false, wish.spec.networkMode === 'bridge');
}
