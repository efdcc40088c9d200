import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cellKey,
  cellOfWorkload,
  completeSpec,
  type HealthCheck,
  isReady,
  MICRO_VM_DEFAULTS,
  type ProbeResult,
  refOfWorkload,
  subjectOfWorkload,
  type Workload,
  type WorkloadSpec,
} from '@capsule/core';
import { type Database, type Feed, openStore } from '@capsule/engine';
import {
  FAKE_PROGRAMS,
  FakeCellNetwork,
  FakeContainerRuntime,
  FakeImageStore,
  FakePortListeners,
  FakeVolumeBackend,
  fakeError,
  fakeNetworkState,
  fakeOutside,
} from '@capsule/testkit';
import { MIGRATIONS } from '../store/migrations.ts';
import type { Resources } from '../system/resources.ts';
import { createTestResources } from '../testing/create-test-resources.ts';

const NGINX = 'docker.io/library/nginx:latest';
const PORT = { containerPort: 80, hostPort: 8080, protocol: 'tcp' } as const;

/** The outside of capsuled, which outlives it: disk, containerd, kernel, registry. */
class Machine {
  readonly db: Database = openStore(':memory:', MIGRATIONS);
  readonly images = new FakeImageStore();
  readonly runtime = new FakeContainerRuntime(this.images);
  readonly disk = new FakeVolumeBackend();
  readonly listeners = new FakePortListeners();
  cidr = '172.20.254.0/24';
  /** How far its clock on the wall was set forward. */
  clockMs = 0;
  readonly kernel = fakeNetworkState();
  readonly network = new FakeCellNetwork(this.kernel);
  /** Result of every health check by network. */
  service: ProbeResult = { ok: true, detail: '' };

  /** A new capsuled on this machine. */
  boot(): Daemon {
    const outside = fakeOutside();
    const ports = {
      ...outside,
      runtime: this.runtime,
      images: this.images,
      imageStores: { of: () => this.images },
      network: {
        ...outside.network,
        network: new FakeCellNetwork(this.kernel),
        listeners: this.listeners,
        service: { knock: async () => this.service },
      },
      volumes: { ...outside.volumes, backend: this.disk },
    };
    const { resources, base } = createTestResources(this.db, ports, {
      network: { bridge: 'br0', cidr: this.cidr },
      now: () => Date.now() + this.clockMs,
    });
    resources.workloads.controller.start();
    return new Daemon(resources, base.feed);
  }
}

class Daemon {
  readonly #resources: Resources;
  readonly #feed: Feed;

  constructor(resources: Resources, feed: Feed) {
    this.#resources = resources;
    this.#feed = feed;
  }

  apply(name: string, change: Partial<WorkloadSpec> = {}): void {
    const usual = { name, image: 'nginx', minReadySeconds: 0 };
    this.#resources.workloads.commands.apply(completeSpec({ ...usual, ...change }));
  }

  async delete(name: string): Promise<void> {
    this.#resources.workloads.commands.delete(name);
    assert.ok(
      await this.#resources.workloads.controller.untilGone(
        cellOfWorkload(name),
        AbortSignal.timeout(5_000),
      ),
    );
  }

  get resources() {
    return this.#resources;
  }

  get commands() {
    return this.#resources.workloads.commands;
  }

  stopped(name: string): Promise<boolean> {
    return this.#resources.workloads.controller.untilStopped(
      cellOfWorkload(name),
      AbortSignal.timeout(5_000),
    );
  }

  get(name: string): Workload | undefined {
    const record = this.#resources.records.specs.get(name);
    return record === undefined ? undefined : this.#resources.workloads.controller.describe(record);
  }

  reasons(name: string): string[] {
    return this.#resources.records.history
      .list(subjectOfWorkload(name), 100)
      .map(({ reason }) => reason);
  }

  /** Resolves when the workload is as `is` says. */
  async until(name: string, is: (workload: Workload) => boolean): Promise<Workload> {
    const changes = this.#feed.changes(AbortSignal.timeout(5_000));
    for (;;) {
      const workload = this.get(name);
      if (workload !== undefined && is(workload)) return workload;
      const { done } = await changes.next();
      assert.notEqual(done, true, `${name} stayed ${JSON.stringify(workload?.status)}`);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#resources.workloads.controller[Symbol.asyncDispose]();
  }
}

const runs = ({ status, generation }: Workload) =>
  status.phase === 'running' && status.observedGeneration === generation;
const isSteady = ({ status }: Workload) => isReady(status);
const callsOf = (machine: Machine, call: string) =>
  machine.runtime.calls.filter((made) => made === call).length;

test('a spec becomes a running container with its address and port maps', async () => {
  const machine = new Machine();
  machine.images.offer(NGINX);
  await using daemon = machine.boot();
  daemon.apply('web', { ports: [{ containerPort: 80, hostPort: 8080, protocol: 'tcp' }] });
  const { status } = await daemon.until('web', runs);
  assert.equal(status.address, '172.20.254.2');
  assert.deepEqual(daemon.reasons('web'), ['Applied', 'Pulling', 'Pulled', 'Starting', 'Running']);
  assert.deepEqual(
    machine.kernel.published.map(({ hostPort, address }) => ({ hostPort, address })),
    [{ hostPort: 8080, address: '172.20.254.2' }],
  );
});

test('a remark of the runtime is an event of its workload', async () => {
  const machine = new Machine();
  machine.images.offer(NGINX);
  await using daemon = machine.boot();
  daemon.apply('web');
  await daemon.until('web', runs);
  const remark = { reason: 'NotResumed', message: 'the snapshot is damaged' };
  machine.runtime.remark(refOfWorkload('web'), remark);
  await daemon.until('web', () => daemon.reasons('web').includes('NotResumed'));
  assert.equal(daemon.get('web')?.status.phase, 'running');
});

test('a deleted workload leaves nothing', async () => {
  const machine = new Machine();
  machine.images.offer(NGINX);
  await using daemon = machine.boot();
  daemon.apply('web', { ports: [{ containerPort: 80, hostPort: 8080, protocol: 'tcp' }] });
  await daemon.until('web', runs);
  await daemon.delete('web');
  assert.equal(daemon.get('web'), undefined);
  assert.deepEqual(await machine.runtime.list(), []);
  assert.equal(machine.kernel.cells.size, 0);
  assert.deepEqual(machine.kernel.published, []);
  assert.deepEqual(machine.db.all('SELECT * FROM address'), []);
  assert.equal(daemon.reasons('web').at(-1), 'Deleted');
});

test('a delete does not wait for a pull that hangs', async () => {
  const machine = new Machine();
  machine.images.hold(NGINX);
  await using daemon = machine.boot();
  daemon.apply('web');
  await daemon.until('web', ({ status }) => status.progress?.stage === 'pulling');
  await daemon.delete('web');
});

test('a failed pull is reported and retried until it succeeds', async () => {
  const machine = new Machine();
  machine.images.fail(NGINX, fakeError('IMAGE_REGISTRY_UNREACHABLE', 'unavailable', 'no route'));
  await using daemon = machine.boot();
  daemon.apply('web');
  const { status } = await daemon.until('web', (workload) => workload.status.phase === 'failed');
  assert.equal(status.reason, 'IMAGE_REGISTRY_UNREACHABLE');
  assert.ok((status.nextRetryAt ?? 0) > Date.now() - 1_000);
  machine.images.offer(NGINX);
  await daemon.until('web', runs);
});

test('any number of workloads with a hanging pull does not delay the others', async () => {
  const machine = new Machine();
  machine.images.hold(NGINX);
  machine.images.offer('docker.io/library/redis:latest');
  await using daemon = machine.boot();
  for (const name of ['slow-1', 'slow-2', 'slow-3', 'slow-4', 'slow-5']) daemon.apply(name);
  daemon.apply('quick', { image: 'redis' });
  await daemon.until('quick', runs);
});

test('a changed spec replaces the container', async () => {
  const machine = new Machine();
  machine.images.offer(NGINX);
  await using daemon = machine.boot();
  daemon.apply('web');
  const before = await daemon.until('web', runs);
  daemon.apply('web', { env: { A: '1' } });
  const after = await daemon.until('web', runs);
  assert.notEqual(after.status.pid, before.status.pid);
  assert.equal(callsOf(machine, 'remove web'), 1);
});

test('an ended container restarts after its back-off, and the restart is counted', async () => {
  const machine = new Machine();
  machine.images.offer(NGINX);
  await using daemon = machine.boot();
  daemon.apply('web');
  await daemon.until('web', runs);
  machine.runtime.exit(refOfWorkload('web'), 3);
  const { status } = await daemon.until('web', (workload) => workload.status.reason === 'BackOff');
  assert.equal(status.exitCode, 3);
  assert.equal(status.phase, 'failed');
  const again = await daemon.until('web', runs);
  assert.equal(again.status.restartCount, 1);
});

test('a new capsuled finds running containers and changes nothing', async () => {
  const machine = new Machine();
  machine.images.offer(NGINX);
  const first = machine.boot();
  first.apply('web');
  const before = await first.until('web', runs);
  await first[Symbol.asyncDispose]();
  const calls = machine.runtime.calls.length;
  await using second = machine.boot();
  const after = await second.until('web', runs);
  assert.equal(after.status.pid, before.status.pid);
  const acts = machine.runtime.calls.slice(calls).filter((call) => !/^(list|inspect)/.test(call));
  assert.deepEqual(acts, []);
});

test('an exit while capsuled is down is seen by the next capsuled', async () => {
  const machine = new Machine();
  machine.images.offer(NGINX);
  const first = machine.boot();
  first.apply('web');
  await first.until('web', runs);
  await first[Symbol.asyncDispose]();
  machine.runtime.exit(refOfWorkload('web'), 1);
  await using second = machine.boot();
  const { status } = await second.until('web', (workload) => workload.status.restartCount === 1);
  assert.equal(status.exitCode, 1);
});

test('a runtime that goes away leaves the status, and its return is noticed', async () => {
  const machine = new Machine();
  machine.images.offer(NGINX);
  await using daemon = machine.boot();
  daemon.apply('web');
  await daemon.until('web', runs);
  machine.runtime.crash();
  daemon.apply('other');
  await daemon.until('other', ({ status }) => status.reason === 'RUNTIME_UNAVAILABLE');
  assert.equal(daemon.get('web')?.status.phase, 'running');
  machine.runtime.recover();
  await daemon.until('other', runs);
});

test('work that failed without the runtime is retried when it is back, not a back-off later', async () => {
  const machine = new Machine();
  machine.images.offer(NGINX);
  await using daemon = machine.boot();
  machine.runtime.crash();
  daemon.apply('web');
  const first = await daemon.until('web', ({ status }) => status.nextRetryAt !== undefined);
  const second = await daemon.until(
    'web',
    ({ status }) => (status.nextRetryAt ?? 0) > (first.status.nextRetryAt ?? 0),
  );
  machine.runtime.recover();
  await daemon.until('web', runs);
  assert.ok(Date.now() < (second.status.nextRetryAt ?? 0));
});

test('a failed start reports why, and is retried after a back-off', async () => {
  const machine = new Machine();
  machine.images.offer(NGINX);
  await using daemon = machine.boot();
  machine.runtime.failNext('start', fakeError('RUNTIME_START_FAILED', 'invalid', 'no such file'));
  daemon.apply('web');
  const { status } = await daemon.until('web', (workload) => workload.status.phase === 'failed');
  assert.equal(status.reason, 'RUNTIME_START_FAILED');
  assert.equal(callsOf(machine, 'start web'), 1);
  await daemon.until('web', runs);
});

test('a stop keeps the container, and a start goes on with it', async () => {
  const machine = new Machine();
  machine.images.offer(NGINX);
  await using daemon = machine.boot();
  daemon.apply('web', { ports: [{ containerPort: 80, hostPort: 8080, protocol: 'tcp' }] });
  await daemon.until('web', runs);
  daemon.commands.stop('web');
  assert.ok(await daemon.stopped('web'));
  assert.equal(callsOf(machine, 'remove web'), 0);
  await daemon.until('web', () => machine.kernel.published.length === 0);
  daemon.commands.start('web');
  await daemon.until('web', runs);
  assert.equal(callsOf(machine, 'create web'), 1);
  assert.equal(daemon.get('web')?.status.restartCount, 0);
});

test('a restart is one stop and one start, and no failure', async () => {
  const machine = new Machine();
  machine.images.offer(NGINX);
  await using daemon = machine.boot();
  daemon.apply('web');
  const before = await daemon.until('web', runs);
  daemon.commands.restart('web');
  const after = await daemon.until(
    'web',
    (workload) => runs(workload) && workload.status.observedRun === workload.run,
  );
  assert.notEqual(after.status.pid, before.status.pid);
  assert.equal(after.status.restartCount, 0);
  assert.equal(callsOf(machine, 'stop web'), 1);
  assert.equal(callsOf(machine, 'create web'), 1);
});

test('a job that is done stays done, also for the next capsuled', async () => {
  const machine = new Machine();
  machine.images.offer(NGINX);
  const first = machine.boot();
  const command = [FAKE_PROGRAMS.exit, '0'];
  first.apply('job', { restartPolicy: 'onFailure', command });
  const isDone = ({ status }: Workload) => status.reason === 'Completed';
  await first.until('job', isDone);
  await first[Symbol.asyncDispose]();
  await using second = machine.boot();
  second.apply('web');
  await second.until('web', runs);
  assert.ok(isDone(await second.until('job', isDone)));
  assert.equal(callsOf(machine, 'start job'), 1);
  second.commands.start('job');
  await second.until('job', (job) => isDone(job) && job.status.observedRun === job.run);
  assert.equal(callsOf(machine, 'start job'), 2);
});

test('another network of the bridge moves every workload, running or stopped', async () => {
  const machine = new Machine();
  machine.cidr = '172.20.254.0/25';
  machine.images.offer(NGINX);
  const first = machine.boot();
  first.apply('web', { ports: [PORT] });
  first.apply('vm', { kind: 'microVm', microVm: MICRO_VM_DEFAULTS });
  first.apply('idle');
  first.commands.stop('idle');
  const before = await first.until('vm', runs);
  await first.until('web', runs);
  await first[Symbol.asyncDispose]();
  machine.cidr = '172.20.254.128/25';
  await using second = machine.boot();
  const isMoved = (workload: Workload) =>
    runs(workload) && workload.status.observedRun === workload.run;
  const [web, vm] = [await second.until('web', isMoved), await second.until('vm', isMoved)];
  const addresses = [vm, web, second.get('idle')].map((one) => one?.status.address);
  const attached = ['vm', 'web'].map(
    (name) => machine.kernel.cells.get(cellKey(refOfWorkload(name).cell))?.address,
  );
  assert.deepEqual(addresses.slice(0, 2), attached);
  assert.ok(
    addresses.every((one) => Number(one?.split('.')[3]) > 128),
    String(addresses),
  );
  assert.equal(vm.revision, before.revision + 1);
  assert.equal(machine.kernel.published[0]?.address, web.status.address);
});

test('two workloads with one port concern only each other', async () => {
  const machine = new Machine();
  machine.images.offer(NGINX);
  await using daemon = machine.boot();
  daemon.apply('web', { ports: [PORT] });
  await daemon.until('web', runs);
  // As a store of an earlier version may have them.
  const twin = completeSpec({ name: 'aaa', image: 'nginx', ports: [PORT] });
  daemon.resources.records.specs.insert(twin, 'running', 0);
  daemon.resources.workloads.controller.wake(cellOfWorkload('aaa'));
  await daemon.until('aaa', ({ status }) => status.reason === 'WORKLOAD_PORT_TAKEN');
  daemon.apply('other', { ports: [{ ...PORT, hostPort: 8081 }] });
  await daemon.until('other', runs);
  assert.equal(machine.kernel.published.length, 2);
  await daemon.delete('web');
  daemon.resources.workloads.controller.specChanged(cellOfWorkload('aaa'));
  await daemon.until('aaa', runs);
});

test('a workload waits until what it needs is ready, and no longer', async () => {
  const machine = new Machine();
  machine.images.offer(NGINX);
  await using daemon = machine.boot();
  daemon.apply('db');
  daemon.commands.stop('db');
  daemon.apply('web', { dependsOn: ['db'] });
  const waits = (text: string) => daemon.until('web', ({ status }) => status.message === text);
  await waits('waits until db is ready');
  await daemon.delete('db');
  await waits('waits for db, which does not exist');
  assert.equal(callsOf(machine, 'start web'), 0);
  daemon.apply('db');
  await daemon.until('web', runs);
});

const CHECK: HealthCheck = {
  probe: { kind: 'tcp', port: 80 },
  intervalSeconds: 1,
  timeoutSeconds: 1,
  retries: 1,
  startPeriodSeconds: 0,
  onFailure: 'restart',
};

test('a workload is ready when its health check passes, and dependents wait for that', async () => {
  const machine = new Machine();
  machine.images.offer(NGINX);
  machine.service = { ok: false, detail: 'connection refused' };
  await using daemon = machine.boot();
  daemon.apply('db', { healthCheck: { ...CHECK, intervalSeconds: 60 } });
  daemon.apply('web', { dependsOn: ['db'] });
  await daemon.until('db', ({ status }) => status.health === 'starting');
  await daemon.until('web', ({ status }) => status.reason === 'WaitingForDependency');
  machine.service = { ok: true, detail: '' };
  await daemon.until('db', ({ status }) => status.health === 'healthy');
  await daemon.until('web', runs);
});

test('an unhealthy workload is stopped and started again after a pause', async () => {
  const machine = new Machine();
  machine.images.offer(NGINX);
  await using daemon = machine.boot();
  daemon.apply('web', { healthCheck: CHECK });
  const before = await daemon.until('web', ({ status }) => status.health === 'healthy');
  machine.service = { ok: false, detail: 'connection refused' };
  await daemon.until('web', ({ status }) => status.reason === 'BackOff');
  machine.service = { ok: true, detail: '' };
  const after = await daemon.until('web', ({ status }) => status.health === 'healthy');
  assert.notEqual(after.status.pid, before.status.pid);
  assert.equal(after.status.restartCount, 1);
  assert.ok(daemon.reasons('web').includes('Unhealthy'));
});

test('a workload is ready, and others start after it, when its process has stayed up', async () => {
  const machine = new Machine();
  machine.images.offer(NGINX);
  await using daemon = machine.boot();
  daemon.apply('db', { minReadySeconds: 1 });
  daemon.apply('app', { dependsOn: ['db'] });
  const started = await daemon.until('db', runs);
  assert.equal(started.status.settling, true);
  assert.equal(daemon.get('app')?.status.phase, 'pending');
  const [db, app] = [await daemon.until('db', isSteady), await daemon.until('app', isSteady)];
  assert.equal(db.status.pid, started.status.pid);
  assert.ok((app.status.startedAt ?? 0) - (db.status.startedAt ?? 0) >= 1000);
  assert.deepEqual(
    daemon.reasons('db').filter((reason) => reason === 'Running'),
    ['Running'],
  );
});

test('a process that settles while capsuled is away is not made to settle again', async () => {
  const machine = new Machine();
  machine.images.offer(NGINX);
  {
    await using daemon = machine.boot();
    daemon.apply('web', { minReadySeconds: 600 });
    await daemon.until('web', ({ status }) => status.settling === true);
    machine.clockMs = 600_000;
  }
  await using daemon = machine.boot();
  const web = await daemon.until('web', isSteady);
  assert.equal(web.status.restartCount, 0);
});

test('a change that is not ready in time is rolled back to the last ready spec', async () => {
  const machine = new Machine();
  machine.images.offer(NGINX);
  await using daemon = machine.boot();
  const rollback = { updatePolicy: 'rollback', updateTimeoutSeconds: 1 } as const;
  daemon.apply('web', { ...rollback, healthCheck: CHECK });
  await daemon.until('web', ({ status }) => status.health === 'healthy');
  daemon.apply('web', { ...rollback, image: 'nothing' });
  const after = await daemon.until(
    'web',
    ({ spec, status }) => spec.image === 'nginx' && status.health === 'healthy',
  );
  assert.equal(after.status.rolledBack?.to, after.generation);
  assert.ok(daemon.reasons('web').includes('RolledBack'));
});

test('a rollback names the ends of a program that was started again and again', async () => {
  const machine = new Machine();
  machine.images.offer(NGINX);
  await using daemon = machine.boot();
  const rollback = { updatePolicy: 'rollback', updateTimeoutSeconds: 3 } as const;
  daemon.apply('web', { ...rollback, healthCheck: CHECK });
  await daemon.until('web', ({ status }) => status.health === 'healthy');
  const command = [FAKE_PROGRAMS.exit, '1'];
  daemon.apply('web', { ...rollback, healthCheck: CHECK, command });
  const { status } = await daemon.until('web', ({ status }) => status.rolledBack !== undefined);
  assert.match(status.rolledBack?.why ?? '', /^ended with exit code 1 \([2-9] times\)$/);
});

test('folders of a volume are bound before each start, and read-only mounts make none', async () => {
  const machine = new Machine();
  machine.images.offer(NGINX);
  await using daemon = machine.boot();
  await daemon.resources.volumes.commands.apply({ name: 'data', sizeBytes: 64 * 2 ** 20 });
  const mount = { volumeName: 'data', readOnly: false, copyUp: false };
  const mounts = [
    { ...mount, mountPath: '/all', copyUp: true },
    { ...mount, mountPath: '/a', subPath: 'a' },
    { ...mount, mountPath: '/b', subPath: 'b/c', readOnly: true },
  ];
  daemon.apply('web', { mounts });
  await daemon.until('web', runs);
  daemon.commands.restart('web');
  await daemon.until('web', (web) => runs(web) && web.status.observedRun === web.run);
  const binds = machine.disk.calls.filter((call) => call.startsWith('bindFolders'));
  assert.deepEqual(binds, Array(2).fill('bindFolders data a at 1 b/c at 2'));
  assert.equal(daemon.resources.records.volumes.get('data')?.filling, 'done');
});

test('a rollback that another workload stands in the way of is an event, and comes later', async () => {
  const machine = new Machine();
  machine.images.offer(NGINX);
  await using daemon = machine.boot();
  await daemon.resources.volumes.commands.apply({ name: 'data', sizeBytes: 64 * 2 ** 20 });
  const rollback = { updatePolicy: 'rollback', updateTimeoutSeconds: 1 } as const;
  const mounts = [{ volumeName: 'data', mountPath: '/data', readOnly: false, copyUp: false }];
  daemon.apply('web', { ...rollback, mounts, healthCheck: CHECK });
  await daemon.until('web', ({ status }) => status.health === 'healthy');
  machine.service = { ok: false, detail: 'no' };
  daemon.apply('web', { ...rollback, args: ['x'], healthCheck: CHECK });
  await daemon.until(
    'web',
    () => daemon.resources.records.volumes.get('data')?.holder === undefined,
  );
  daemon.apply('other', { mounts });
  await daemon.until('other', runs);
  await daemon.until('web', () => daemon.reasons('web').includes('RollbackRefused'));
  assert.deepEqual(daemon.get('web')?.spec.args, ['x']);
  await daemon.delete('other');
  const back = await daemon.until(
    'web',
    ({ spec, status }) => spec.args.length === 0 && status.rolledBack !== undefined,
  );
  assert.match(
    back.status.rolledBack?.why ?? '',
    /health check (has not passed yet|fails|failed): no/,
  );
});

test('a change in place touches nothing that runs', async () => {
  const machine = new Machine();
  machine.images.offer(NGINX);
  await using daemon = machine.boot();
  daemon.apply('web');
  const before = await daemon.until('web', runs);
  const ports = [{ containerPort: 80, hostPort: 8080, protocol: 'tcp' }] as const;
  daemon.apply('web', { ports, labels: { app: 'web' }, restartPolicy: 'never' });
  const after = await daemon.until('web', runs);
  assert.equal(after.status.pid, before.status.pid);
  assert.equal(machine.kernel.published.length, 1);
});

test('an image with the policy Always is pulled at every requested start', async () => {
  const machine = new Machine();
  machine.images.offer(NGINX);
  await using daemon = machine.boot();
  daemon.apply('web', { imagePullPolicy: 'always' });
  await daemon.until('web', runs);
  daemon.commands.restart('web');
  await daemon.until('web', (web) => runs(web) && web.status.observedRun === web.run);
  const pulls = daemon.reasons('web').filter((reason) => reason === 'Pulling');
  assert.equal(pulls.length, 2);
});

test('a read of the state that began before a start does not undo the start', async () => {
  const machine = new Machine();
  machine.images.offer(NGINX);
  await using daemon = machine.boot();
  daemon.apply('web', { restartPolicy: 'never' });
  const running = await daemon.until('web', runs);
  const { observer } = daemon.resources;
  const begun = observer.beginLook();
  observer.recordSeen(refOfWorkload('web'), await machine.runtime.inspect(refOfWorkload('web')));
  assert.deepEqual(
    observer.recordSeen(refOfWorkload('web'), undefined, begun).pid,
    running.status.pid,
  );
  assert.equal(observer.recordSeen(refOfWorkload('web'), undefined).reason, 'Lost');
});

test('a task that a start removes does not end the new run', async () => {
  const machine = new Machine();
  machine.images.offer(NGINX);
  await using daemon = machine.boot();
  daemon.apply('web');
  await daemon.until('web', runs);
  const { observer } = daemon.resources;
  const seen = await machine.runtime.inspect(refOfWorkload('web'));
  assert.ok(seen !== undefined);
  const ended = { ...seen, task: 'stopped', exitCode: 137, exitedAt: 1 } as const;
  observer.reportProgress(refOfWorkload('web'), { stage: 'starting', doneBytes: 0, totalBytes: 0 });
  assert.equal(observer.recordSeen(refOfWorkload('web'), ended).restartCount, 0);
  observer.endProgress(refOfWorkload('web'));
  assert.equal(observer.recordSeen(refOfWorkload('web'), ended).restartCount, 1);
});
