import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  type ContainerRef,
  type ContainerSeen,
  completeSpec,
  refOfWorkload,
  type StopOrder,
  type TaskState,
  type WorkloadRecord,
} from '@capsule/core';
import { createLog } from '@capsule/engine';
import { powerOffPatienceMs, stopForPowerOff } from './power-off.ts';

const record = (name: string, stopGraceSeconds: number): WorkloadRecord => ({
  ref: refOfWorkload(name),
  role: 'root',
  spec: completeSpec({ name, image: 'x', stopGraceSeconds, stopSignal: 'SIGINT' }),
  uid: name,
  generation: 1,
  revision: 1,
  run: 0,
  desired: 'running',
  createdAt: 0,
});

class Tasks {
  readonly stops: string[] = [];
  readonly #states: ReadonlyMap<string, TaskState>;
  failsToList = false;
  broken = '';

  constructor(states: Readonly<Record<string, TaskState>>) {
    this.#states = new Map(Object.entries(states));
  }

  async list(): Promise<readonly ContainerSeen[]> {
    if (this.failsToList) throw new Error('containerd is away');
    return [...this.#states].map(
      ([name, task]) => ({ ref: refOfWorkload(name), task }) as ContainerSeen,
    );
  }

  async stop({ container }: ContainerRef, { graceMs, stopSignal }: StopOrder): Promise<void> {
    this.stops.push(`${container} ${graceMs} ${stopSignal}`.trim());
    if (container === this.broken) throw new Error('does not end');
  }
}

const log = createLog(() => undefined);
const quiesce = async () => undefined;

test('each running or paused workload gets its own grace period, of at most half an hour', async () => {
  const runtime = new Tasks({
    web: 'running',
    db: 'paused',
    slow: 'running',
    stray: 'running',
    done: 'stopped',
    made: 'none',
  });
  runtime.broken = 'web';
  const records = () => [record('web', 3), record('db', 600), record('slow', 86_400)];
  await stopForPowerOff({ runtime, records, quiesce, log });
  assert.deepEqual(runtime.stops, [
    'web 3000 SIGINT',
    'db 600000 SIGINT',
    'slow 1800000 SIGINT',
    'stray 10000',
  ]);
});

test('without a store, or without containerd, everything that can be stopped is stopped', async () => {
  const runtime = new Tasks({ web: 'running' });
  await stopForPowerOff({ runtime, records: () => [], quiesce, log });
  runtime.failsToList = true;
  const failing = () => Promise.reject(new Error('a controller'));
  await stopForPowerOff({ runtime, records: () => [record('vm', 1)], quiesce: failing, log });
  assert.deepEqual(runtime.stops, ['web 10000', 'vm 1000 SIGINT']);
});

test('work that takes long delays no stop, and what it started is stopped after it', async (t: TestContext) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const runtime = new Tasks({ web: 'running' });
  const { promise, resolve } = Promise.withResolvers<void>();
  const over = stopForPowerOff({
    runtime,
    records: () => [record('web', 1)],
    log,
    quiesce: () => promise,
  });
  t.mock.timers.tick(10_000);
  while (runtime.stops.length === 0) await Promise.resolve();
  resolve();
  await over;
  assert.deepEqual(runtime.stops, ['web 1000 SIGINT', 'web 1000 SIGINT']);
});

test('PID 1 waits until the last stop had all its time, also one that began late', async (t: TestContext) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const runtime = new Tasks({ db: 'running' });
  const records = () => [record('db', 60)];
  const { promise: never } = Promise.withResolvers<void>();
  // Other work on workloads does not end, and containerd is slow.
  const { promise: listed, resolve: list } = Promise.withResolvers<void>();
  const seen = runtime.list.bind(runtime);
  runtime.list = () => listed.then(seen);
  void stopForPowerOff({ runtime, records, log, quiesce: () => never });
  t.mock.timers.tick(10_000);
  for (let turns = 0; turns < 10; turns += 1) await Promise.resolve();
  t.mock.timers.tick(9_999);
  list();
  while (runtime.stops.length === 0) await Promise.resolve();
  const flushMs = 60_000;
  assert.ok(powerOffPatienceMs(records()) >= Date.now() + 60_000 + flushMs);
});
