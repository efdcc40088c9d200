import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completeSpec, containerSettings, refOfWorkload } from '@capsule/core';
import { createLog, openStore } from '@capsule/engine';
import { FakeContainerRuntime, FakeImageStore } from '@capsule/testkit';
import { MIGRATIONS } from '../store/migrations.ts';
import { WorkloadSpecs } from '../store/workload-specs.ts';
import { PauseCommands } from './commands.ts';
import { PauseRecords } from './records.ts';

const REF = refOfWorkload('web');
const IMAGE = 'docker.io/library/nginx:latest';

async function machine() {
  const images = new FakeImageStore();
  images.add(IMAGE);
  const runtime = new FakeContainerRuntime(images);
  const spec = completeSpec({ name: 'web', image: IMAGE });
  await runtime.create({
    ...containerSettings(spec),
    ref: REF,
    role: 'root',
    image: IMAGE,
    network: 'host',
    revision: '1',
    command: [],
    args: [],
    env: {},
    hostname: 'web',
    volumes: [],
    files: [],
    logPath: '',
  });
  const db = openStore(':memory:', MIGRATIONS);
  new WorkloadSpecs(db).insert(spec, 'running', 0);
  const pauses = new PauseRecords(db);
  const changes: string[] = [];
  /** Of a capsuled; another one finds what this one stored. */
  const boot = () =>
    new PauseCommands({
      pauses,
      runtime,
      log: createLog(() => undefined),
      onChange: ({ container }) => changes.push(container),
    });
  const task = async () => (await runtime.inspect(REF))?.task;
  return { db, runtime, pauses, changes, boot, keeper: boot(), task };
}

test('a container that is paused for two reasons resumes when the second is removed', async () => {
  const { runtime, keeper, task, changes } = await machine();
  await runtime.start(REF);
  assert.equal(await keeper.hold(REF, 'poolFull'), true);
  assert.equal(await keeper.hold(REF, 'operator'), false);
  await keeper.release(REF, 'poolFull');
  assert.equal(await task(), 'paused');
  assert.deepEqual(changes, ['web', 'web']);
  await keeper.release(REF, 'operator');
  assert.equal(await task(), 'running');
});

test('a container that does not run is not paused, and one paused by others is left alone', async () => {
  const { runtime, pauses, keeper, task } = await machine();
  assert.equal(await keeper.hold(REF, 'operator'), false);
  await runtime.start(REF);
  await runtime.pause(REF);
  assert.equal(await keeper.hold(REF, 'poolFull'), false);
  await keeper.release(REF, 'poolFull');
  assert.deepEqual([await task(), pauses.reasonsOf(REF)], ['paused', []]);
});

test('a later capsuled finds an interrupted pause and ends it', async () => {
  const { runtime, keeper, boot, task } = await machine();
  await runtime.start(REF);
  runtime.failNext('pause', new Error('killed'));
  await assert.rejects(keeper.hold(REF, 'poolFull'));
  assert.deepEqual(boot().heldFor('poolFull'), [REF]);
  await boot().hold(REF, 'poolFull');
  runtime.failNext('resume', new Error('killed'));
  await assert.rejects(keeper.release(REF, 'poolFull'));
  assert.deepEqual([await task(), boot().heldFor('poolFull')], ['paused', [REF]]);
  await boot().release(REF, 'poolFull');
  assert.deepEqual([await task(), boot().heldFor('poolFull')], ['running', []]);
});

test('a container is resumed for a stop whatever the reasons, and its next run has none', async () => {
  const { runtime, pauses, keeper, task } = await machine();
  await runtime.start(REF);
  await keeper.hold(REF, 'operator');
  await keeper.resumeForStop(REF);
  assert.equal(await task(), 'running');
  keeper.forget(REF);
  assert.deepEqual(pauses.reasonsOf(REF), []);
});

test('a full disk prevents no run, and reasons of an earlier run that it kept have no effect', async () => {
  const { db, runtime, pauses, keeper, boot } = await machine();
  await runtime.start(REF);
  await keeper.hold(REF, 'operator');
  db.exec(`CREATE TEMP TRIGGER full BEFORE DELETE ON main.pause
           BEGIN SELECT RAISE(ABORT, 'full'); END`);
  keeper.forget(REF);
  assert.deepEqual([keeper.reasonsOf(REF), keeper.heldFor('operator')], [[], []]);
  await runtime.resume(REF);
  await keeper.hold(REF, 'poolFull');
  assert.deepEqual(keeper.reasonsOf(REF), ['poolFull']);
  db.exec('DROP TRIGGER full');
  await keeper.hold(REF, 'poolFull');
  assert.deepEqual([pauses.reasonsOf(REF), boot().heldFor('operator')], [['poolFull'], []]);
});
