import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CapsuleError } from '../../error/capsule-error.ts';
import type { ContainerSeen } from '../../port/container-runtime.ts';
import type { CellRecord } from '../../resource/cell/cell.ts';
import { cellKey } from '../../resource/cell/cell-key.ts';
import { refOfWorkload } from '../../resource/cell/container-ref.ts';
import { SHM_BYTES } from '../../resource/cell/container-settings.ts';
import type { TaskState } from '../../resource/cell/task-state.ts';
import { completeSpec } from '../../resource/workload/complete-spec.ts';
import { splitWorkload } from '../../resource/workload/flat-workload.ts';
import type {
  WorkloadRecord,
  WorkloadSpec,
  WorkloadStatus,
} from '../../resource/workload/workload.ts';
import { type ContainerLook, containerRevision, pullKey } from '../container/container.ts';
import { isRunOver } from '../container/workload-run.ts';
import { FIRST_STATUS, statusWhenStarting } from '../container/workload-status.ts';
import { type CellPlan, type CellSeen, planCell, type Step } from './cell.ts';

const NOW = 1_000_000;
const REF = refOfWorkload('web');
const ADDRESS = '172.20.254.2';

function record(change: Partial<WorkloadRecord> = {}, mode: 'bridge' | 'host' = 'bridge') {
  return {
    ref: REF,
    role: 'root',
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
  const made = {
    id: 'x',
    ref: REF,
    revision: 'u1.3',
    imageDigest: 'sha256:1',
    resources: {},
  };
  return { ...made, task: 'running', ...change };
}

const ATTACHED = {
  key: cellKey(REF.cell),
  link: 'veth' as const,
  address: ADDRESS,
  complete: true,
};

const SHM = { shmBytes: SHM_BYTES };
const PINNED = { key: cellKey(REF.cell), hostname: 'web', ...SHM, complete: true };

/** A view of a cell with one container, in one object. */
type WorkloadSeen = Omit<CellSeen, 'containers'> &
  Omit<ContainerLook, 'seen' | 'status'> & { readonly container: ContainerSeen | undefined };

const CONVERGED: WorkloadSeen = {
  reference: 'docker.io/library/nginx:latest',
  imageDigest: 'sha256:1',
  waitingFor: [],
  address: ADDRESS,
  network: ATTACHED,
  namespaces: PINNED,
  ports: 'current',
  container: container(),
  volumes: { missing: [], unfilled: [], held: [] },
  hasLogs: true,
};

const namesOf = (steps: readonly Step[]) => steps.map((step) => step.do);
const STARTED: WorkloadStatus = { ...FIRST_STATUS, observedRun: 1 };
const planOf = (
  workload: WorkloadRecord,
  seen: WorkloadSeen,
  status: Partial<WorkloadStatus> = {},
) => planWorkload(workload, seen, { ...STARTED, ...status });

function planWorkload(
  workload: WorkloadRecord,
  flat: WorkloadSeen,
  status: WorkloadStatus,
): CellPlan {
  const { reference, imageDigest, hasLogs, container: seen, ...shared } = flat;
  const { spec, ref, createdAt: _, ...rest } = workload;
  const { cell, container } = splitWorkload(spec);
  const { uid, generation, desired } = workload;
  const record: CellRecord = {
    id: ref.cell,
    uid,
    generation,
    desired,
    createdAt: 0,
    spec: cell,
    containers: [{ ...rest, ref, spec: container }],
  };
  const look: ContainerLook = { reference, imageDigest, hasLogs, seen, status };
  return planCell(record, { ...shared, containers: [look] }, NOW);
}
const retryAt = (nextRetryAt: number) =>
  ({ phase: 'failed', reason: 'BackOff', nextRetryAt }) as const;

test('a running workload that is as specified needs nothing', () => {
  assert.deepEqual(planOf(record(), CONVERGED), { steps: [] });
});

test('a missing image is pulled before anything else', () => {
  const seen = { ...CONVERGED, imageDigest: undefined, container: undefined, network: undefined };
  assert.deepEqual(namesOf(planOf(record(), seen).steps), ['pullImage']);
});

test('shared memory of another size is set while the container runs', () => {
  const sized = { ...completeSpec({ name: 'web', image: 'nginx' }), shmSize: 100_000_001 };
  const [step, ...others] = planOf(record({ spec: sized }), CONVERGED).steps;
  assert.ok(step?.do === 'pinNamespaces');
  assert.deepEqual([step.shmBytes, others], [100_003_840, []]);
  const { shmBytes } = step;
  const resized = { ...CONVERGED, namespaces: { ...PINNED, shmBytes } };
  assert.deepEqual(planOf(record({ spec: sized }), resized).steps, []);
});

test('namespaces are pinned once, for every network, and never for a microVM', () => {
  const names = { hostname: 'web', ...SHM, sysctls: '[]' };
  const pin = { do: 'pinNamespaces', key: cellKey(REF.cell), ...names };
  const unpinned = { ...CONVERGED, namespaces: undefined };
  // A container that an earlier version made has namespaces of its own, and runs on.
  assert.deepEqual(planOf(record(), unpinned).steps, [pin]);
  const host = record({}, 'host');
  assert.deepEqual(planOf(host, { ...unpinned, network: undefined }).steps, [pin]);
  const renamed = { ...CONVERGED, namespaces: { ...PINNED, hostname: 'other' } };
  assert.deepEqual(planOf(record(), renamed).steps, [pin]);
  const machine = completeSpec({ name: 'web', image: 'nginx', kind: 'microVm' });
  const tap = { ...CONVERGED, network: { ...ATTACHED, link: 'tap' as const } };
  const unpin = { do: 'unpinNamespaces', key: cellKey(REF.cell) };
  assert.deepEqual(planOf(record({ spec: machine }), tap).steps, [unpin]);
  assert.deepEqual(planOf(record({ spec: machine }), { ...tap, namespaces: undefined }).steps, []);
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

test('a changed spec pulls the new image while the old container still runs', () => {
  const seen = { ...CONVERGED, imageDigest: undefined, container: container({ revision: 'u1.2' }) };
  assert.deepEqual(namesOf(planOf(record(), seen).steps), ['pullImage']);
});

test('nothing is taken away from a task that may have a process', () => {
  for (const task of ['created', 'unknown', 'running', 'paused'] as const) {
    const seen = { ...CONVERGED, container: container({ task }) };
    for (const desired of ['stopped', 'deleting'] as const) {
      assert.deepEqual(namesOf(planOf(record({ desired }), seen).steps), ['stopContainer'], task);
    }
  }
});

test('a changed spec stops the old container, then removes it', () => {
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
  assert.deepEqual(planOf(record(), seen, retryAt(NOW + 500)), { steps: [], againAt: NOW + 500 });
  assert.deepEqual(namesOf(planOf(record(), seen, retryAt(NOW)).steps), ['startContainer']);
});

test('a start that is asked for does not wait for the next try, and stops what runs', () => {
  const again = record({ run: 2 });
  const ended = { ...CONVERGED, container: container({ task: 'stopped' }) };
  assert.deepEqual(namesOf(planOf(again, ended, retryAt(NOW + 500)).steps), ['startContainer']);
  assert.deepEqual(planOf(again, CONVERGED).steps, [
    { do: 'stopContainer', ref: REF, graceMs: 10_000 },
  ]);
});

test('the grace of a restart is for the run that it ends, and for no later stop', () => {
  const asked = record({ run: 2, stopGraceMs: 0 });
  const due = planOf(asked, CONVERGED, { phase: 'running', observedRun: 1 });
  assert.deepEqual(due.steps, [{ do: 'stopContainer', ref: REF, graceMs: 0 }]);
  const outdated = { ...CONVERGED, container: container({ revision: 'u1.2' }) };
  const later = planOf(asked, outdated, { phase: 'running', observedRun: 2 });
  assert.deepEqual(later.steps, [{ do: 'stopContainer', ref: REF, graceMs: 10_000 }]);
  const stopping = planOf({ ...asked, desired: 'stopped' }, CONVERGED, { observedRun: 2 });
  assert.deepEqual(stopping.steps, [{ do: 'stopContainer', ref: REF, graceMs: 0 }]);
});

test('where no program has run yet, a stop waits for none to end', () => {
  const seen = { ...CONVERGED, container: container({ task: 'created' }) };
  for (const desired of ['stopped', 'deleting'] as const) {
    const { steps } = planOf(record({ desired }), seen);
    assert.deepEqual(steps[0], { do: 'stopContainer', ref: REF, graceMs: 0 });
  }
});

test('a run that is over is left alone, and started on request', () => {
  const job = completeSpec({ name: 'web', image: 'nginx', restartPolicy: 'onFailure' });
  const ended = { ...CONVERGED, container: container({ task: 'stopped' }) };
  const done = { phase: 'stopped', reason: 'Completed' } as const;
  assert.deepEqual(namesOf(planOf(record({ spec: job }), ended, done).steps), [
    'detachNetwork',
    'unpinNamespaces',
  ]);
  const released = { ...ended, network: undefined, namespaces: undefined };
  assert.deepEqual(planOf(record({ spec: job }), released, done), { steps: [] });
  assert.deepEqual(namesOf(planOf(record({ spec: job, run: 2 }), ended, done).steps), [
    'startContainer',
  ]);
  const always = { ...job, restartPolicy: 'always' } as const;
  assert.deepEqual(namesOf(planOf(record({ spec: always }), ended, done).steps), [
    'startContainer',
  ]);
});

test('a container whose health check failed is stopped, unless that is only reported', () => {
  const check = {
    probe: { kind: 'tcp', port: 80 },
    intervalSeconds: 10,
    timeoutSeconds: 5,
    retries: 3,
    startPeriodSeconds: 0,
  } as const;
  const checked = (onFailure: 'restart' | 'none') =>
    record({ spec: { ...record().spec, healthCheck: { ...check, onFailure } } });
  const sick = { health: 'unhealthy' } as const;
  assert.deepEqual(namesOf(planOf(checked('restart'), CONVERGED, sick).steps), ['stopContainer']);
  assert.deepEqual(planOf(checked('none'), CONVERGED, sick).steps, []);
});

test('a dependency holds back the start, and nothing before it', () => {
  const waiting = { ...CONVERGED, waitingFor: ['db'] };
  const made = { ...waiting, container: container({ task: 'none' }) };
  assert.deepEqual(planOf(record(), made), { steps: [], waitingFor: ['db'] });
  assert.deepEqual(namesOf(planOf(record(), { ...waiting, container: undefined }).steps), [
    'createContainer',
  ]);
  assert.deepEqual(planOf(record(), waiting), { steps: [] });
});

test('a policy of always asks the registry once for each run, and another image makes a new container', () => {
  const spec = { ...record().spec, imagePullPolicy: 'always' } as const;
  const again = record({ spec, run: 2 });
  assert.deepEqual(namesOf(planOf(again, CONVERGED).steps), ['pullImage']);
  const pulled = { pulledFor: pullKey(again) };
  assert.deepEqual(namesOf(planOf(again, CONVERGED, pulled).steps), ['stopContainer']);
  const stopped = { ...CONVERGED, container: container({ task: 'stopped' }) };
  assert.deepEqual(namesOf(planOf(again, stopped, pulled).steps), ['startContainer']);
  const other = { ...stopped, imageDigest: 'sha256:2' };
  assert.deepEqual(namesOf(planOf(again, other, pulled).steps), ['removeContainer']);
  assert.deepEqual(planOf(record({ spec }), CONVERGED).steps, []);
});

test('a policy of never does not pull', () => {
  const spec = { ...record().spec, imagePullPolicy: 'never' } as const;
  const bare = { ...CONVERGED, container: undefined, imageDigest: undefined };
  assert.deepEqual(namesOf(planOf(record({ spec }), bare).steps), ['missImage']);
});

test('a container whose record is damaged is not replaced, and can be stopped and removed', () => {
  const damage = new CapsuleError({ code: 'X_DAMAGED', kind: 'dataLoss', message: 'damaged' });
  const made = container({ revision: '', imageDigest: '', resources: {}, damage });
  const seen = (task: TaskState): WorkloadSeen => ({
    ...CONVERGED,
    container: { ...made, task },
  });
  const wanted = { do: 'missRecord', ref: REF, damage };
  for (const task of ['running', 'none', 'unknown'] as const) {
    assert.deepEqual(planOf(record(), seen(task)).steps, [wanted]);
  }
  assert.deepEqual(namesOf(planOf(record({ run: 2 }), seen('running')).steps), ['stopContainer']);
  const going = record({ desired: 'deleting' });
  assert.deepEqual(namesOf(planOf(going, seen('unknown')).steps), ['stopContainer']);
  assert.deepEqual(namesOf(planOf(going, seen('none')).steps), ['removeContainer']);
  assert.equal(
    namesOf(planOf(record({ desired: 'stopped' }), seen('none')).steps).includes('stopContainer'),
    false,
  );
});

test('changed limits are changed in place', () => {
  const spec = { ...record().spec, resources: { pids: 5 } };
  assert.deepEqual(planOf(record({ spec }), CONVERGED).steps, [
    { do: 'limitContainer', ref: REF, resources: { pids: 5 } },
  ]);
});

test('a next try that lies years ahead is due, because the clock was set back', () => {
  const seen = { ...CONVERGED, container: container({ task: 'stopped' }) };
  const inYears = NOW + 3 * 365 * 24 * 3600 * 1000;
  assert.deepEqual(namesOf(planOf(record(), seen, retryAt(inYears)).steps), ['startContainer']);
});

test('a next try that lies further ahead than its pause is due, too', () => {
  const seen = { ...CONVERGED, container: container({ task: 'stopped' }) };
  const paused = { ...retryAt(NOW + 120_000), finishedAt: NOW + 60_000 };
  assert.deepEqual(namesOf(planOf(record(), seen, paused).steps), ['startContainer']);
  const waiting = { ...retryAt(NOW + 120_000), finishedAt: NOW - 60_000 };
  assert.equal(planOf(record(), seen, waiting).againAt, NOW + 120_000);
});

test('a workload is forgotten only when nothing is left of it', () => {
  const going = record({ desired: 'deleting' });
  const nothing: WorkloadSeen = {
    ...CONVERGED,
    network: undefined,
    namespaces: undefined,
    container: undefined,
    hasLogs: false,
  };
  assert.deepEqual(namesOf(planOf(going, nothing).steps), ['forget']);
  assert.deepEqual(namesOf(planOf(going, { ...nothing, hasLogs: true }).steps), ['removeLogs']);
});

interface World {
  seen: WorkloadSeen;
  status: WorkloadStatus;
  forgotten: boolean;
}

const wanted = ({ spec }: WorkloadRecord) => spec.mounts.map(({ volumeName }) => volumeName);

/** Applies a successful step to the world. */
function effect(world: World, workload: WorkloadRecord, step: Step): World {
  const { seen, status } = world;
  const set = (change: Partial<WorkloadSeen>) => ({ ...world, seen: { ...seen, ...change } });
  switch (step.do) {
    case 'pullImage':
      return {
        ...set({ imageDigest: 'sha256:2' }),
        status: { ...status, pulledFor: pullKey(workload) },
      };
    case 'forgetContainer':
      return world;
    case 'missRecord':
      return set({ container: undefined });
    case 'missImage':
      // An operator pushes the image.
      return set({ imageDigest: 'sha256:1' });
    case 'attachNetwork':
      return set({
        network: { key: step.key, link: 'veth' as const, address: step.address, complete: true },
      });
    case 'detachNetwork':
      return set({ network: undefined });
    case 'pinNamespaces':
      return set({ namespaces: { ...PINNED, hostname: step.hostname, shmBytes: step.shmBytes } });
    case 'unpinNamespaces':
      return set({ namespaces: undefined });
    case 'publishPorts':
      return set({ ports: 'current' });
    case 'attachVolumes': {
      const { held, unfilled } = seen.volumes;
      const volumes = {
        missing: [],
        unfilled: [...unfilled, ...step.names],
        held: [...new Set([...held, ...step.names])],
      };
      return set({ volumes });
    }
    case 'detachVolumes': {
      const { held, missing } = seen.volumes;
      const left = held.filter((name) => !step.names.includes(name));
      const lost = step.names.filter((name) => wanted(workload).includes(name));
      const volumes = { missing: [...new Set([...missing, ...lost])], unfilled: [], held: left };
      return set({ volumes });
    }
    case 'fillVolumes':
      return set({ volumes: { ...seen.volumes, unfilled: [] } });
    case 'createContainer': {
      const imageDigest = seen.imageDigest ?? '';
      return set({ container: container({ task: 'none', revision: step.revision, imageDigest }) });
    }
    case 'limitContainer':
      return set({ container: container({ ...seen.container, resources: step.resources }) });
    case 'startContainer':
      return {
        ...set({ container: container({ ...seen.container, task: 'running' }), hasLogs: true }),
        status: { ...statusWhenStarting(workload, status), phase: 'running', reason: 'Running' },
      };
    case 'stopContainer': {
      const { health: _health, ...rest } = status;
      return {
        ...set({ container: container({ ...seen.container, task: 'stopped' }) }),
        status: { ...rest, phase: 'pending', reason: 'Restarting' },
      };
    }
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
  imageDigest: fc.constantFrom(undefined, 'sha256:1', 'sha256:9'),
  waitingFor: fc.constant([]),
  address: fc.constant(ADDRESS),
  network: fc.constantFrom(
    undefined,
    ATTACHED,
    { ...ATTACHED, complete: false },
    { ...ATTACHED, address: '172.20.254.9' },
  ),
  namespaces: fc.constantFrom(
    undefined,
    PINNED,
    { ...PINNED, complete: false },
    { ...PINNED, hostname: 'old' },
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
  volumes: fc.constantFrom(
    { missing: ['data'], unfilled: [], held: [] },
    { missing: ['data'], unfilled: [], held: ['data', 'old'] },
    { missing: [], unfilled: ['data'], held: ['data'] },
    { missing: [], unfilled: [], held: ['data', 'old'] },
    { missing: [], unfilled: [], held: ['data'] },
  ),
  hasLogs: fc.boolean(),
});

const anyStatus: fc.Arbitrary<WorkloadStatus> = fc
  .record({
    phase: fc.constantFrom('pending', 'running', 'failed', 'stopped'),
    reason: fc.constantFrom('Accepted', 'Running', 'BackOff', 'Completed', 'Failed', 'Stopped'),
    observedRun: fc.constantFrom(0, 1),
    health: fc.constantFrom('starting', 'healthy', 'unhealthy'),
  } as const)
  .map((part) => ({ ...FIRST_STATUS, ...part }));

const anySpec: fc.Arbitrary<Partial<WorkloadSpec>> = fc.record({
  networkMode: fc.constantFrom('bridge', 'host'),
  restartPolicy: fc.constantFrom('always', 'onFailure', 'unlessStopped', 'never'),
  imagePullPolicy: fc.constantFrom('always', 'ifNotPresent', 'never'),
  mounts: fc.constant([{ volumeName: 'data', mountPath: '/data', readOnly: false, copyUp: true }]),
  healthCheck: fc.constant({
    probe: { kind: 'tcp', port: 80 },
    intervalSeconds: 1,
    timeoutSeconds: 1,
    retries: 1,
    startPeriodSeconds: 0,
    onFailure: 'restart',
  }),
} as const);

test('every spec is reached from every state within ten rounds, also if steps fail', () => {
  const anyDesired = fc.constantFrom('running' as const, 'stopped' as const, 'deleting' as const);
  const failing = fc.array(fc.boolean(), { maxLength: 6 });
  fc.assert(
    fc.property(
      ...([anySeen, anyStatus, anyDesired, anySpec, failing] as const),
      (start, status, desired, spec, failures) => {
        const workload = { ...record({ desired }), spec: { ...record().spec, ...spec } };
        let world: World = { seen: start, status, forgotten: false };
        const pending = [...failures];
        let waves = 0;
        for (;;) {
          const { steps } = planWorkload(workload, world.seen, world.status);
          if (steps.length === 0 || world.forgotten) break;
          waves += 1;
          assert.ok(waves <= 10 + failures.length, `no end: ${JSON.stringify(world)}`);
          for (const step of steps)
            if (pending.shift() !== true) world = effect(world, workload, step);
        }
        assertFulfilled(workload, world);
      },
    ),
    { numRuns: 5_000 },
  );
});

function assertFulfilled(workload: WorkloadRecord, { seen, status, forgotten }: World): void {
  if (workload.desired === 'deleting') {
    assert.ok(forgotten);
    assert.equal(seen.container, undefined);
    assert.equal(seen.network, undefined);
    assert.equal(seen.namespaces, undefined);
    assert.deepEqual(seen.volumes.held, []);
    return;
  }
  if (workload.desired === 'running' && isRunOver(workload, status)) {
    // A container that still runs is left to the observer, who will see that it does.
    if (seen.container?.task !== 'running' && seen.container?.task !== 'paused') {
      if (seen.container !== undefined) assert.deepEqual(seen.volumes.held, []);
      return;
    }
  }
  assert.equal(seen.ports, 'current');
  if (workload.desired === 'stopped') {
    assert.notEqual(seen.container?.task, 'running');
    assert.equal(seen.network, undefined);
    assert.equal(seen.namespaces, undefined);
    assert.deepEqual(seen.volumes.held, []);
    return;
  }
  assert.deepEqual([seen.volumes.missing, seen.volumes.held], [[], wanted(workload)]);
  assert.ok(seen.container?.task === 'running' || seen.container?.task === 'paused');
  assert.equal(seen.container.revision, containerRevision(workload));
  assert.equal(seen.network?.complete ?? false, workload.spec.networkMode === 'bridge');
  assert.deepEqual(seen.namespaces, PINNED);
}
