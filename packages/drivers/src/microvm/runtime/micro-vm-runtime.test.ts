import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { refOfWorkload } from '@capsule/core';
import { plainContainer } from '@capsule/testkit/plain-container';
import type { ImageSource, RunAtRoot } from '../../image/image-source.ts';
import { containerId } from '../../oci/container-id.ts';
import { ImageDisks } from '../disk/image-disks.ts';
import { VmRecords } from '../record/vm-records.ts';
import type { MicroVmContext } from './context.ts';
import { MicroVmRuntime } from './micro-vm-runtime.ts';

const AWAY = new Error('containerd is away');

/** Replaces mkfs.erofs. */
const pack: RunAtRoot = (command) => writeFile(command('/layers')[2] ?? '', '');

test('a microVM whose images cannot be listed keeps its record and every disk', async (t) => {
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

/** Opens a runtime without images, with records and disks in a folder of its own. */
async function open(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-vms-'));
  t.after(() => rm(folder, { recursive: true }));
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
