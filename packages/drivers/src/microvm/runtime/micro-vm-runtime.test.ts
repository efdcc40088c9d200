import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { refOfWorkload } from '@capsule/core';
import { plainContainer } from '@capsule/testkit/plain-container';
import type { ImageSource, RunAtRoot } from '../../image/image-source.ts';
import { containerId } from '../../oci/container-id.ts';
import type { OciSpec } from '../../oci/types.ts';
import { ImageDisks } from '../disk/image-disks.ts';
import { markProcess } from '../process/process-mark.ts';
import { VmRecords } from '../record/vm-records.ts';
import { watchedVm } from '../record/watched-vm.ts';
import type { MicroVmContext } from './context.ts';
import { MicroVmRuntime } from './micro-vm-runtime.ts';
import { RunningVms } from './running-vms.ts';

const AWAY = new Error('containerd is away');

/** Replaces mkfs.erofs. */
const pack: RunAtRoot = (command) => writeFile(command('/layers')[2] ?? '', '');

test('a removal that cannot list the images keeps the record of the microVM and every disk', async (t) => {
  const { context, remove, source } = await open(t);
  const [other, own] = [
    await addVm(context, 'db', 'chain-b'),
    await addVm(context, 'web', 'chain-a'),
  ];
  source.chainIds = () => Promise.reject(AWAY);
  await assert.rejects(remove('web'), AWAY);
  assert.notEqual(await context.records.made(containerId(refOfWorkload('web'))), undefined);
  assert.deepEqual((await context.imageDisks.list()).toSorted(), [other, own].toSorted());
});

test('a failed removal is completed by the next one', async (t) => {
  const { context, runtime, remove, source } = await open(t);
  const stop = new AbortController();
  t.after(() => stop.abort());
  const event = runtime.events(stop.signal)[Symbol.asyncIterator]().next();
  const kept = await addVm(context, 'db', 'chain-b');
  await addVm(context, 'web', 'chain-a');
  source.chainIds = () => Promise.reject(AWAY);
  await assert.rejects(remove('web'), AWAY);
  source.chainIds = async () => [];
  await remove('web');
  assert.deepEqual(await context.records.ids(), [containerId(refOfWorkload('db'))]);
  assert.deepEqual(await context.imageDisks.list(), [kept]);
  assert.equal((await event).value?.kind, 'deleted');
});

test('disks that an interrupted removal left are collected by the next one', async (t) => {
  const { context, runtime } = await open(t);
  await addVm(context, 'web', 'chain-a');
  await context.records.remove(containerId(refOfWorkload('web')));
  await runtime.reclaim();
  assert.deepEqual(await context.imageDisks.list(), []);
});

const DAMAGE = ['', '{"id":', '{}', '[]', 'null', '{"id":"x","spec":{"ref":{}}}'];

for (const text of DAMAGE) {
  test(`a microVM whose record is ${text || 'empty'} concerns itself only, and can be removed`, async (t) => {
    const { context, runtime, remove } = await open(t);
    const { records, imageDisks } = context;
    const [disk] = [await addVm(context, 'web', 'chain-a'), await addVm(context, 'db', 'chain-b')];
    await writeFile(records.paths(containerId(refOfWorkload('web'))).made, text);
    assert.deepEqual(
      (await runtime.list()).map(({ ref }) => ref),
      [refOfWorkload('db')],
    );
    const seen = await runtime.inspect(refOfWorkload('web'));
    assert.deepEqual([seen?.task, seen?.damage?.code], ['none', 'MICROVM_RECORD_DAMAGED']);
    await assert.rejects(runtime.start(refOfWorkload('web')), { code: 'MICROVM_RECORD_DAMAGED' });
    await runtime.stop(refOfWorkload('web'), { graceMs: 0, stopSignal: '' });
    await remove('db');
    assert.ok((await imageDisks.list()).includes(disk), 'its disk is kept while it may be used');
    await remove('web');
    assert.deepEqual(await records.ids(), []);
  });
}

test('a damaged record does not keep the others from being found again', async (t) => {
  const problems: string[] = [];
  const { context, runtime } = await open(t, (id) => problems.push(id));
  await addVm(context, 'db', 'chain-b');
  await addVm(context, 'web', 'chain-a');
  const [db, web] = ['db', 'web'].map((name) => containerId(refOfWorkload(name)));
  await writeFile(context.records.paths(db ?? '').made, 'x');
  await runtime.reclaim();
  assert.deepEqual([...new Set(problems)], [db]);
  assert.notEqual(await context.records.made(web ?? ''), undefined);
});

test('a machine whose record is damaged is still listed as running, and ended by its removal', async (t) => {
  const { context, runtime, remove } = await open(t);
  const { records } = context;
  await addVm(context, 'web', 'chain-a');
  const ref = refOfWorkload('web');
  const id = containerId(ref);
  const made = await records.made(id);
  assert.ok(made);
  const machine = await startProcess(t);
  await records.putRun({ ...RUN, id, vm: watchedVm(made), processes: [machine] });
  await writeFile(records.paths(id).made, 'x');
  const [seen] = await runtime.list();
  assert.deepEqual([seen?.ref, seen?.task, seen?.pid], [ref, 'running', machine.pid]);
  await remove('web');
  assert.equal(await markProcess(machine.pid), undefined);
  assert.deepEqual(await runtime.list(), []);
});

test('a paused microVM answers every call at once', async (t) => {
  const { context, runtime, remove } = await open(t);
  const { records } = context;
  await addVm(context, 'web', 'chain-a');
  const ref = refOfWorkload('web');
  const id = containerId(ref);
  const made = await records.made(id);
  assert.ok(made);
  await records.make({ ...made, oci: { process: {} } as OciSpec });
  const machine = await startProcess(t);
  await records.putRun({ ...RUN, id, isPaused: true, processes: [machine] });
  await runtime.reclaim();
  const request = { command: ['true'], env: {}, workingDir: '', user: '', hasInput: false };
  await assert.rejects(runtime.exec(ref, request), { code: 'RUNTIME_PAUSED' });
  await assert.rejects(runtime.exec(ref, { ...request, user: 'a' }), { code: 'RUNTIME_PAUSED' });
  await assert.rejects(runtime.files.look({ ref, path: '/' }), { code: 'RUNTIME_PAUSED' });
  assert.equal(await runtime.usage({ ref, role: 'root', pid: machine.pid }), undefined);
  await runtime.update(ref, { pids: 5 });
  assert.deepEqual((await runtime.inspect(ref))?.resources, { pids: 5 });
  await remove('web');
});

test('a full disk does not lose how a machine ended, nor the list of the others', async (t) => {
  const problems: string[] = [];
  const { context, runtime } = await open(t, (name) => problems.push(name));
  const { records } = context;
  await addVm(context, 'web', 'chain-a');
  await addVm(context, 'db', 'chain-b');
  const ref = refOfWorkload('web');
  const id = containerId(ref);
  const made = await records.made(id);
  assert.ok(made);
  const run = { ...RUN, id, processes: [await startProcess(t)] };
  await records.putRun(run);
  const putRun = records.putRun.bind(records);
  records.putRun = () => Promise.reject(FULL);
  const running = new RunningVms(context);
  const end = { exitCode: 7, at: 1 };
  await assert.rejects(running.end(run, end), FULL);
  assert.deepEqual(running.withEnd(run).ended, end);
  // Its end is not known to the runtime here: it is lost, and still reported.
  assert.deepEqual(
    (await runtime.list()).map(({ task, exitCode }) => [task, exitCode]).toSorted(),
    [
      ['none', undefined],
      ['stopped', 255],
    ],
  );
  assert.deepEqual(problems, ['web']);
  records.putRun = putRun;
  assert.deepEqual(await running.end(run, { exitCode: 255, at: 2 }), end);
  assert.deepEqual((await records.run(id))?.ended, end);
});

test('a machine whose run is damaged is unsure until it is stopped', async (t) => {
  const { context, runtime } = await open(t);
  const { records } = context;
  await addVm(context, 'web', 'chain-a');
  const ref = refOfWorkload('web');
  const id = containerId(ref);
  await records.putRun({ ...RUN, id });
  await writeFile(records.paths(id).run, '{');
  assert.deepEqual(
    (await runtime.list()).map(({ task }) => task),
    ['unknown'],
  );
  await runtime.stop(ref, { graceMs: 0, stopSignal: '' });
  const seen = await runtime.inspect(ref);
  assert.deepEqual([seen?.task, seen?.damage], ['none', undefined]);
});

const FULL = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });

const RUN = {
  vmm: 'qemu',
  token: '00',
  hasAgent: true,
  processes: [],
  isStarted: true,
} as const;

/** Starts a process in place of a machine. */
async function startProcess(t: TestContext) {
  const child = spawn('sleep', ['600']);
  t.after(() => child.kill('SIGKILL'));
  await once(child, 'spawn');
  const mark = await markProcess(child.pid ?? 0);
  assert.ok(mark);
  return { ...mark, role: 'machine' };
}

/** Opens a runtime without images, with records and disks in a folder of its own. */
async function open(t: TestContext, onProblem?: (container: string) => void) {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-vms-'));
  t.after(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'cgroup'));
  const source = {
    chainIds: async (): Promise<readonly string[]> => [],
    translateErrors: (_action: string, work: Promise<unknown>) => work,
    withLayers: (_chainId: string, use: (run: RunAtRoot) => Promise<unknown>) => use(pack),
  };
  const images = source as unknown as ImageSource;
  const context = {
    images,
    imageDisks: new ImageDisks(images, join(folder, 'images')),
    records: new VmRecords({ state: join(folder, 'state'), run: join(folder, 'run') }),
    ends: new Map(),
    cgroupRoot: join(folder, 'cgroup'),
    warmStarts: { clear: async () => undefined },
    onProblem: onProblem ?? ((_container: string, error: unknown) => assert.fail(String(error))),
  } as unknown as MicroVmContext;
  const runtime = new MicroVmRuntime(context);
  return {
    context,
    runtime,
    source,
    remove: (name: string) => runtime.remove(refOfWorkload(name)),
  };
}

/** Adds a stopped microVM with layers of its own; returns the disk of its image. */
function addVm({ imageDisks, records }: MicroVmContext, name: string, chainId: string) {
  const ref = refOfWorkload(name);
  const id = containerId(ref);
  const spec = plainContainer({ ref, image: `${name}:1` });
  return imageDisks.use(spec.image, chainId, async (imageDisk) => {
    await mkdir(records.paths(id).folder, { recursive: true });
    await records.make({ id, spec, imageDigest: 'sha256:1', stopSignal: '', imageDisk });
    return imageDisk;
  });
}
