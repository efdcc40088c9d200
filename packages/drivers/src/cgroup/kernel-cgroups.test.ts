import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { placeOf } from '@capsule/core';
import { cellCgroupsContract } from '@capsule/testkit';
import { KernelCgroups } from './kernel-cgroups.ts';

/** Plain folders behave like cgroups without processes. */
async function openRoot(t: TestContext, controllers: readonly string[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'capsule-cgroups-'));
  t.after(() => rm(root, { recursive: true }));
  for (const name of controllers) await mkdir(join(root, name));
  if (controllers.length === 0) await writeFile(join(root, 'cgroup.controllers'), 'cpu\n');
  return root;
}

const V1 = ['cpu', 'memory', 'pids'];

cellCgroupsContract('v1', async (t) => new KernelCgroups(await openRoot(t, V1)));
cellCgroupsContract('v2', async (t) => new KernelCgroups(await openRoot(t, [])));

const WEB = placeOf(['main', 'default', 'default', 'web']);

test('a cgroup is in every hierarchy, and the last realm takes the root of all along', async (t) => {
  const root = await openRoot(t, V1);
  const cgroups = new KernelCgroups(root);
  await cgroups.ensure(WEB);
  for (const controller of V1) {
    const stack = join(root, controller, 'kukeon/main/default/default');
    assert.deepEqual(await readdir(stack), ['web']);
  }
  for (const place of (await cgroups.list()).toReversed()) await cgroups.remove(place);
  for (const controller of V1) assert.deepEqual(await readdir(join(root, controller)), []);
});

test('the cgroups of containers are listed once, and folders of other programs are not', async (t) => {
  for (const controllers of [V1, []]) {
    const root = await openRoot(t, controllers);
    const cgroups = new KernelCgroups(root);
    await cgroups.ensure(WEB);
    const hierarchies = controllers.length === 0 ? [''] : controllers;
    for (const hierarchy of hierarchies) {
      const cell = join(root, hierarchy, 'kukeon/main/default/default/web');
      for (const name of ['web_root', 'side_side', 'other.scope']) await mkdir(join(cell, name));
    }
    const path = '/kukeon/main/default/default/web';
    assert.deepEqual(await cgroups.listContainers(), [`${path}/side_side`, `${path}/web_root`]);
  }
});

test('cgroups that one hierarchy lost are listed and removed', async (t) => {
  const root = await openRoot(t, V1);
  const cgroups = new KernelCgroups(root);
  await mkdir(join(root, 'pids/kukeon/main'), { recursive: true });
  assert.deepEqual(await cgroups.list(), [{ realm: 'main' }]);
  await cgroups.remove({ realm: 'main' });
  assert.deepEqual(await cgroups.list(), []);
});

test('the cell takes leftover cgroups of its containers along, and other programs keep theirs', async (t) => {
  const root = await openRoot(t, ['cpu']);
  const cgroups = new KernelCgroups(root);
  await mkdir(join(root, 'cpu/kukeon/main/default/default/web/web_root/nested'), {
    recursive: true,
  });
  await mkdir(join(root, 'cpu/kukeon/Other.slice'));
  assert.deepEqual((await cgroups.list()).at(-1), WEB);
  for (const place of (await cgroups.list()).toReversed()) await cgroups.remove(place);
  assert.deepEqual(await readdir(join(root, 'cpu/kukeon')), ['Other.slice']);
});
