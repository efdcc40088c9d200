import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { hasSwapLimit } from './has-swap-limit.ts';

test('swap can be limited on v2, and on v1 where the kernel accounts for it', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'capsule-cgroup-'));
  t.after(() => rm(root, { recursive: true }));
  await mkdir(join(root, 'memory'));
  assert.equal(hasSwapLimit(root), false);
  await writeFile(join(root, 'memory/memory.memsw.limit_in_bytes'), '');
  assert.equal(hasSwapLimit(root), true);
  await rm(join(root, 'memory'), { recursive: true });
  await writeFile(join(root, 'cgroup.controllers'), 'memory');
  assert.equal(hasSwapLimit(root), true);
});
