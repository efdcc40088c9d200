import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  type ContainerRef,
  type ContainerSeen,
  cellOfWorkload,
  completeSpec,
  refOfWorkload,
  splitWorkload,
  type TaskState,
  VOLUME_UNIT_BYTES,
} from '@capsule/core';
import { createLog, openStore } from '@capsule/engine';
import { FakeVolumeBackend, noGuestVolumes, noTransfers } from '@capsule/testkit';
import { EventHistory } from '../event/history.ts';
import { PauseCommands } from '../pause/commands.ts';
import { PauseRecords } from '../pause/records.ts';
import { Cells } from '../store/cells.ts';
import { MIGRATIONS } from '../store/migrations.ts';
import { WorkloadSpecs } from '../store/workload-specs.ts';
import { createTestVolumes } from '../testing/create-test-volumes.ts';

const DATA = { name: 'data', sizeBytes: 64 * VOLUME_UNIT_BYTES };
const GIB = 1024 ** 3;
const filled = (percent: number) => ({
  totalBytes: 10 * GIB,
  usedBytes: Math.round((percent / 100) * 10 * GIB),
});

/** Workloads whose tasks a test sets, in the place of a runtime. */
class Tasks {
  readonly calls: string[] = [];
  readonly states = new Map<string, TaskState>();
  /** Calls on these never return. */
  readonly stuck = new Set<string>();
  /** How many of the next looks fail. */
  failures = 0;

  async inspect(ref: ContainerRef): Promise<ContainerSeen | undefined> {
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error('the runtime does not answer');
    }
    const task = this.states.get(ref.container);
    return task === undefined ? undefined : ({ ref, task } as ContainerSeen);
  }

  pause({ container }: ContainerRef): Promise<void> {
    return this.#change('pause', container, 'paused');
  }

  resume({ container }: ContainerRef): Promise<void> {
    return this.#change('resume', container, 'running');
  }

  async #change(call: string, name: string, to: TaskState): Promise<void> {
    this.calls.push(`${call} ${name}`);
    if (this.stuck.has(name)) return new Promise(() => undefined);
    this.states.set(name, to);
  }
}

const { signal } = new AbortController();

async function machine(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const db = openStore(':memory:', MIGRATIONS);
  const backend = new FakeVolumeBackend();
  const tasks = new Tasks();
  const { calls } = tasks;
  const stopping = new Set<string>();
  /** In every cell, in addition to the root. */
  const siblings: string[] = [];
  const addWorkload = (name: string) =>
    new WorkloadSpecs(db).insert(completeSpec({ name, image: 'nginx' }), 'running', 0);
  const events = new EventHistory(db);
  const log = createLog(() => undefined);
  const keeper = () =>
    new PauseCommands({
      pauses: new PauseRecords(db),
      runtime: tasks,
      log,
      onChange: () => undefined,
    });
  const boot = () =>
    createTestVolumes(db, {
      backend,
      ...noTransfers,
      guestVolumes: noGuestVolumes,
      pauses: keeper(),
      users: {
        isStopping: ({ container }) => stopping.has(container),
        containersOf: (cell) => [cell.cell, ...siblings].map((container) => ({ cell, container })),
      },
    });
  const system = boot();
  t.after(() => system[Symbol.dispose]());
  await system.start();
  const hold = async (volume: string, workload: string) => {
    addWorkload(workload);
    await system.commands.apply({ ...DATA, name: volume });
    await system.attachments.attach(volume, { holder: cellOfWorkload(workload), use: 'mounted' });
    tasks.states.set(workload, 'running');
  };
  await hold('data', 'web');
  /** As time passes: the next look at the pool. */
  const look = async () => {
    t.mock.timers.tick(30_000);
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  };
  return {
    ...system,
    backend,
    db,
    tasks,
    pauses: keeper(),
    stopping,
    siblings,
    calls,
    events,
    hold,
    look,
    boot,
  };
}

test('a low pool accepts no new volumes, and reports how full it is', async (t) => {
  const { commands, snapshots, copies, backend, calls, events, look } = await machine(t);
  backend.pool = filled(93);
  await look();
  const refused = { code: 'VOLUME_POOL_LOW', message: /9523MiB of 10GiB \(93\.0 %\)/ };
  await assert.rejects(commands.apply({ ...DATA, name: 'other' }), refused);
  await assert.rejects(
    commands.resize({ ...DATA, sizeBytes: 2 * DATA.sizeBytes }, signal),
    refused,
  );
  await assert.rejects(snapshots.commands.take({ volume: 'data', snapshot: 'one' }), refused);
  await assert.rejects(copies.clone({ volume: 'data' }, { name: 'copy', uid: 'x' }), refused);
  await commands.apply(DATA);
  assert.ok(backend.calls.includes('trim'));
  assert.equal(events.list('volume/', 1)[0]?.reason, 'PoolLow');
  assert.deepEqual(calls, []);
});

test('a workload with a volume is paused while the pool is full, and resumes', async (t) => {
  const { commands, backend, calls, events, look } = await machine(t);
  backend.pool = filled(99);
  await look();
  await look();
  assert.deepEqual(calls, ['pause web']);
  assert.equal(events.list('volume/', 1)[0]?.reason, 'PoolFull');
  backend.pool = filled(50);
  await look();
  assert.deepEqual(calls, ['pause web', 'resume web']);
  assert.equal(events.list('volume/', 1)[0]?.reason, 'PoolFine');
  await commands.apply({ ...DATA, name: 'other' });
});

test('all containers of a cell with a volume are paused, and resume', async (t) => {
  const { backend, db, tasks, siblings, calls, look } = await machine(t);
  siblings.push('log');
  const { container } = splitWorkload(completeSpec({ name: 'log', image: 'busybox' }));
  const { cell } = refOfWorkload('web');
  new Cells(db).insertContainer({ cell, container: 'log' }, 'sibling', container);
  tasks.states.set('log', 'running');
  backend.pool = filled(99);
  await look();
  backend.pool = filled(50);
  await look();
  assert.deepEqual(calls, ['pause web', 'pause log', 'resume log', 'resume web']);
});

test('a workload that starts again while the pool is full is paused again', async (t) => {
  const { backend, tasks, calls, look } = await machine(t);
  backend.pool = filled(99);
  await look();
  tasks.states.set('web', 'running');
  await look();
  assert.deepEqual(calls, ['pause web', 'pause web']);
});

test('a workload that waits for its restart when the pool fills up is paused once it runs', async (t) => {
  const { backend, tasks, calls, look } = await machine(t);
  tasks.states.set('web', 'stopped');
  backend.pool = filled(99);
  await look();
  assert.deepEqual(calls, []);
  tasks.states.set('web', 'running');
  await look();
  assert.deepEqual(calls, ['pause web']);
});

test('a workload that takes a volume while the pool is full is paused', async (t) => {
  const { commands, attachments, backend, tasks, calls, look } = await machine(t);
  await commands.apply({ ...DATA, name: 'more' });
  backend.pool = filled(99);
  await look();
  await attachments.attach('more', { holder: cellOfWorkload('late'), use: 'mounted' });
  tasks.states.set('late', 'running');
  await look();
  assert.deepEqual(calls, ['pause web', 'pause late']);
});

test('a workload that cannot be paused delays neither others nor later rounds', async (t) => {
  const { backend, tasks, hold, calls, look } = await machine(t);
  await hold('more', 'other');
  tasks.stuck.add('web');
  backend.pool = filled(99);
  await look();
  await look();
  tasks.states.set('other', 'running');
  await look();
  await look();
  assert.deepEqual(calls, ['pause web', 'pause other', 'pause other']);
});

test('workloads are paused although the event cannot be stored, and a later round stores it', async (t) => {
  const { backend, db, calls, events, look } = await machine(t);
  db.exec(`CREATE TEMP TRIGGER full BEFORE INSERT ON main.event
           BEGIN SELECT RAISE(ABORT, 'full'); END`);
  backend.pool = filled(99);
  await look();
  assert.deepEqual(calls, ['pause web']);
  db.exec('DROP TRIGGER full');
  await look();
  assert.equal(events.list('volume/', 1)[0]?.reason, 'PoolFull');
});

test('a failed look resumes no workload of a full pool', async (t) => {
  const { backend, calls, look } = await machine(t);
  backend.pool = filled(99);
  await look();
  backend.pool = { ok: false, totalBytes: 0, usedBytes: 0 };
  await look();
  assert.deepEqual(calls, ['pause web']);
});

test('workloads that an earlier capsuled paused resume if there is room, and stay paused if not', async (t) => {
  const { boot, backend, calls, look } = await machine(t);
  backend.pool = filled(99);
  await look();
  const full = boot();
  t.after(() => full[Symbol.dispose]());
  await full.start();
  assert.deepEqual(calls, ['pause web']);
  backend.pool = filled(50);
  const roomy = boot();
  t.after(() => roomy[Symbol.dispose]());
  await roomy.start();
  assert.deepEqual(calls, ['pause web', 'resume web']);
});

test('workloads paused without a stored reason resume if there is room, and stay paused if not', async (t) => {
  const { boot, backend, tasks, calls } = await machine(t);
  tasks.states.set('web', 'paused');
  backend.pool = { ok: false, totalBytes: 0, usedBytes: 0 };
  const blind = boot();
  t.after(() => blind[Symbol.dispose]());
  await blind.start();
  assert.deepEqual(calls, []);
  backend.pool = filled(99);
  const full = boot();
  t.after(() => full[Symbol.dispose]());
  await full.start();
  assert.deepEqual(calls, []);
  backend.pool = filled(93);
  const roomy = boot();
  t.after(() => roomy[Symbol.dispose]());
  await roomy.start();
  assert.deepEqual(calls, ['resume web']);
});

test('earlier pauses without a stored reason are looked for until the runtime answers', async (t) => {
  const { boot, db, backend, tasks, calls, look, ...first } = await machine(t);
  db.exec(`CREATE TEMP TRIGGER full BEFORE INSERT ON main.pause
           BEGIN SELECT RAISE(ABORT, 'full'); END`);
  backend.pool = filled(99);
  await look();
  first[Symbol.dispose]();
  backend.pool = filled(50);
  tasks.failures = 1;
  const next = boot();
  t.after(() => next[Symbol.dispose]());
  await next.start();
  assert.deepEqual(calls, ['pause web']);
  await look();
  assert.deepEqual(calls, ['pause web', 'resume web']);
});

test('the pool resumes neither a workload that another program paused nor one that an operator paused earlier', async (t) => {
  const { boot, backend, hold, tasks, pauses, calls, look } = await machine(t);
  await hold('more', 'other');
  tasks.states.set('other', 'paused');
  await pauses.hold(refOfWorkload('web'), 'operator');
  await look();
  backend.pool = filled(99);
  await look();
  backend.pool = filled(50);
  await look();
  tasks.states.delete('other');
  const next = boot();
  t.after(() => next[Symbol.dispose]());
  await next.start();
  assert.deepEqual(calls, ['pause web']);
  await pauses.release(refOfWorkload('web'), 'operator');
  assert.deepEqual(calls, ['pause web', 'resume web']);
});

test('workloads are paused although the reason cannot be stored, and a later capsuled resumes them', async (t) => {
  const first = await machine(t);
  const { boot, backend, db, calls, look } = first;
  db.exec(`CREATE TEMP TRIGGER full BEFORE INSERT ON main.pause
           BEGIN SELECT RAISE(ABORT, 'full'); END`);
  backend.pool = filled(99);
  await look();
  assert.deepEqual(calls, ['pause web']);
  first[Symbol.dispose]();
  db.exec('DROP TRIGGER full');
  const next = boot();
  t.after(() => next[Symbol.dispose]());
  await next.start();
  backend.pool = filled(50);
  await look();
  assert.deepEqual(calls, ['pause web', 'resume web']);
});

test('a workload that an operator resumes stays paused while the pool is full', async (t) => {
  const { backend, pauses, calls, look } = await machine(t);
  await pauses.hold(refOfWorkload('web'), 'operator');
  backend.pool = filled(99);
  await look();
  await pauses.release(refOfWorkload('web'), 'operator');
  assert.deepEqual(calls, ['pause web']);
  backend.pool = filled(50);
  await look();
  assert.deepEqual(calls, ['pause web', 'resume web']);
});

test('a workload that is stopped while the pool is full is resumed to end', async (t) => {
  const { backend, tasks, stopping, calls, look } = await machine(t);
  backend.pool = filled(99);
  await look();
  stopping.add('web');
  tasks.states.set('web', 'running');
  await look();
  assert.deepEqual(calls, ['pause web']);
  tasks.states.set('web', 'paused');
  await look();
  assert.deepEqual(calls, ['pause web', 'resume web']);
});
