import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellOfWorkload, completeSpec, isCapsuleError, refOfWorkload } from '@capsule/core';
import { type Database, openStore } from '@capsule/engine';
import { fakeError, fakeOutside } from '@capsule/testkit';
import { MIGRATIONS } from '../store/migrations.ts';
import { createTestResources } from '../testing/create-test-resources.ts';

// node:test fails a test in which a rejected promise stays unhandled.

const BOUND = { timeout: 60_000 };
const WEB = completeSpec({
  name: 'web',
  image: 'nginx',
  healthCheck: {
    probe: { kind: 'tcp', port: 80 },
    onFailure: 'none' as const,
    intervalSeconds: 1,
    timeoutSeconds: 1,
    retries: 1,
    startPeriodSeconds: 0,
  },
  mounts: [{ volumeName: 'data', mountPath: '/data', readOnly: false, copyUp: true }],
});
const DATA = {
  name: 'data',
  sizeBytes: 64 * 2 ** 20,
  snapshotSchedule: { everySeconds: 60, keep: 2 },
};

/** A store on a disk that takes some writes and refuses others. */
class Disk {
  readonly #db = openStore(':memory:', MIGRATIONS);
  /** How many writes were asked for. */
  writes = 0;
  isFull: (write: number) => boolean = () => false;

  get store(): Database {
    const db = this.#db;
    const takes = () => {
      this.writes += 1;
      if (this.isFull(this.writes)) throw fakeError('STORE_FULL', 'exhausted', 'the disk is full');
    };
    return new Proxy(db, {
      get: (_target, key: keyof Database) => {
        const method = db[key] as (...args: unknown[]) => unknown;
        return (...args: unknown[]) => {
          if (key === 'run') takes();
          return method.apply(db, args);
        };
      },
    });
  }
}

function boot(disk: Disk) {
  const outside = fakeOutside();
  const { images, runtime } = outside;
  const { backend } = outside.volumes;
  images.offer('docker.io/library/nginx:latest');
  const { resources, base } = createTestResources(disk.store, outside);
  const { records, observer, network, volumes: volumeArea, workloads } = resources;
  workloads.controller.start();
  network.namePublisher.start();
  const { namePublisher } = network;
  return {
    ...workloads,
    namePublisher,
    observer,
    volumeArea,
    feed: base.feed,
    runtime,
    backend,
    specs: records.specs,
  };
}

/** As a client does: again, until the disk takes it. */
async function insist<T>(work: () => T | Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isCapsuleError(error) || error.code !== 'STORE_FULL') throw error;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
}

async function until(system: ReturnType<typeof boot>, isSo: () => boolean): Promise<void> {
  const changes = system.feed.changes(AbortSignal.timeout(30_000));
  while (!isSo()) {
    const { done } = await changes.next();
    assert.notEqual(done, true, JSON.stringify(system.observer.statusOf(refOfWorkload('web'))));
  }
  await changes.return(undefined);
}

/** A life with everything that writes: made, healthy, restarted, out of memory, stopped, gone. */
async function live(disk: Disk): Promise<void> {
  const system = boot(disk);
  const { commands, observer, controller, volumeArea, runtime, specs } = system;
  const isHealthy = () => observer.statusOf(refOfWorkload('web')).health === 'healthy';
  await volumeArea.start();
  await insist(() => volumeArea.commands.apply(DATA));
  await insist(() => commands.apply(WEB));
  await until(system, isHealthy);
  runtime.exit(refOfWorkload('web'), 1);
  await until(
    system,
    () => observer.statusOf(refOfWorkload('web')).restartCount === 1 && isHealthy(),
  );
  await insist(() => commands.stop('web'));
  assert.ok(await controller.untilStopped(cellOfWorkload('web'), AbortSignal.timeout(30_000)));
  await insist(() => commands.delete('web'));
  assert.ok(await controller.untilGone(cellOfWorkload('web'), AbortSignal.timeout(30_000)));
  await volumeArea.snapshots.scheduler.settled();
  await insist(() => volumeArea.commands.delete('data', true, new AbortController().signal));
  assert.equal(specs.get('web'), undefined);
  volumeArea[Symbol.dispose]();
  system.namePublisher[Symbol.dispose]();
  await controller[Symbol.asyncDispose]();
}

test('if the disk refuses any write of the store, the workload keeps running', BOUND, async () => {
  const whole = new Disk();
  await live(whole);
  assert.ok(whole.writes > 20);
  const lives = Array.from({ length: whole.writes }, (_, index) => {
    const disk = new Disk();
    disk.isFull = (write) => write === index + 1;
    return live(disk);
  });
  await Promise.all(lives);
});

test('a disk that is full for a while, at any time, delays nothing afterwards', BOUND, async () => {
  const lives = Array.from({ length: 12 }, (_, index) => {
    const disk = new Disk();
    disk.isFull = (write) => write > index * 5 && write <= index * 5 + 4;
    return live(disk);
  });
  await Promise.all(lives);
});

test(
  'events that come while the disk is full end neither the watch nor the workload',
  BOUND,
  async () => {
    const disk = new Disk();
    const system = boot(disk);
    const { runtime, observer, commands, volumeArea, backend, controller } = system;
    await volumeArea.start();
    await volumeArea.commands.apply(DATA);
    commands.apply(WEB);
    await until(system, () => observer.statusOf(refOfWorkload('web')).health === 'healthy');
    disk.isFull = () => true;
    backend.failNext('snapshot', fakeError('VOLUME_POOL_LOW', 'exhausted', 'no room'));
    volumeArea.snapshots.scheduler.wake();
    await volumeArea.snapshots.scheduler.settled();
    runtime.exit(refOfWorkload('web'), 1);
    runtime.crash();
    runtime.recover();
    await new Promise((resolve) => setTimeout(resolve, 50));
    disk.isFull = () => false;
    commands.restart('web');
    await until(system, () => observer.statusOf(refOfWorkload('web')).health === 'healthy');
    volumeArea[Symbol.dispose]();
    await controller[Symbol.asyncDispose]();
  },
);
