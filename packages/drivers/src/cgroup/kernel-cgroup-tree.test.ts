import assert from 'node:assert/strict';
import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { KernelCgroupTree } from './kernel-cgroup-tree.ts';

const ALL = 'cpuset cpu io memory pids';

/** A cgroup as the kernel shows it. */
async function cgroup(
  path: string,
  { delegated = 'cpu io memory pids', type = 'domain', pids = '' } = {},
): Promise<void> {
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'cgroup.controllers'), `${ALL}\n`);
  await writeFile(join(path, 'cgroup.subtree_control'), `${delegated}\n`);
  await writeFile(join(path, 'cgroup.type'), `${type}\n`);
  await writeFile(join(path, 'cgroup.procs'), pids);
}

test('v2: all levels down to cells are read, containers and cgroups of others are not', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'cgroups-'));
  const at = (path: string) => join(folder.path, path);
  await cgroup(at('/'), { pids: '1\n2\n' });
  await cgroup(at('kukeon'));
  await cgroup(at('kukeon/main'), { delegated: 'cpu' });
  await cgroup(at('kukeon/main/default/default/web'), { type: 'threaded', pids: '7\n' });
  await cgroup(at('kukeon/main/default'));
  await cgroup(at('kukeon/main/default/default'));
  await cgroup(at('kukeon/main/default/default/web/web_root'));
  await cgroup(at('kukeon/Of.Another'));
  await cgroup(at('system.slice'));
  const { isUnified, controllers, inner } = await new KernelCgroupTree(folder.path).inspect();
  assert.ok(isUnified);
  assert.deepEqual(controllers, ['cpu', 'memory', 'pids', 'io']);
  assert.deepEqual(
    inner.map(({ path }) => path),
    [
      '/',
      '/kukeon',
      '/kukeon/main',
      '/kukeon/main/default',
      '/kukeon/main/default/default',
      '/kukeon/main/default/default/web',
    ],
  );
  assert.deepEqual(
    inner.map(({ hasChildren }) => hasChildren),
    [true, true, true, true, true, true],
  );
  assert.deepEqual(inner[0]?.pids, [1, 2]);
  assert.deepEqual(inner[2]?.delegated, ['cpu']);
  assert.deepEqual([inner.at(-1)?.isThreaded, inner.at(-1)?.pids], [true, [7]]);
});

test('v1: the controllers are those with a hierarchy', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'cgroups-'));
  for (const name of ['cpu', 'memory', 'blkio', 'freezer']) await mkdir(join(folder.path, name));
  assert.deepEqual(await new KernelCgroupTree(folder.path).inspect(), {
    isUnified: false,
    controllers: ['cpu', 'memory', 'io'],
    inner: [],
  });
});

test('without any cgroup of the capsule there is the root alone', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'cgroups-'));
  await cgroup(folder.path);
  const { inner } = await new KernelCgroupTree(folder.path).inspect();
  assert.deepEqual(
    inner.map(({ path, hasChildren }) => [path, hasChildren]),
    [['/', false]],
  );
});
