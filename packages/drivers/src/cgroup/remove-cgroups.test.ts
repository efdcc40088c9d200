import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { removeCgroups } from './remove-cgroups.ts';

const CELL = 'kukeon/main/default/default/web';

/** Plain directories behave like cgroups without processes. */
async function hierarchy(t: TestContext, paths: readonly string[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'capsule-cgroups-'));
  t.after(() => rm(root, { recursive: true }));
  for (const path of paths) await mkdir(join(root, path), { recursive: true });
  return root;
}

test('the cgroup of a container is removed from every hierarchy, and its cell stays', async (t) => {
  const leaf = `${CELL}/web_root`;
  const root = await hierarchy(t, [`cpu/${leaf}/nested`, `unified/${leaf}`]);
  await removeCgroups(root, `/${leaf}`);
  for (const controller of ['cpu', 'unified']) {
    assert.deepEqual(await readdir(join(root, controller, CELL, '..')), ['web']);
    assert.deepEqual(await readdir(join(root, controller, CELL)), []);
  }
});

test('other containers of the cell stay', async (t) => {
  const root = await hierarchy(t, [`cpu/${CELL}/web_root`, `cpu/${CELL}/side_side`]);
  await removeCgroups(root, `/${CELL}/web_root`);
  assert.deepEqual(await readdir(join(root, 'cpu', CELL)), ['side_side']);
});

test('removing a cgroup that is gone already succeeds', async (t) => {
  const root = await hierarchy(t, ['cpu']);
  await removeCgroups(root, `/${CELL}/web_root`);
  await removeCgroups(join(root, 'none'), `/${CELL}/web_root`);
});
