import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildTestSystem, rebuildSystem } from '@capsule/testkit';

const isRoot = process.getuid?.() === 0;
const skip = isRoot ? process.arch !== 'x64' && 'only x86_64 has disk images' : 'needs root';

test('two builds of the same parts give the same disk', { skip, timeout: 300_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-twice-'));
  try {
    const system = await buildTestSystem();
    const again = await rebuildSystem(system, folder);
    t.diagnostic(`${system.disk.hash}, root of ${Math.round(system.root.sizeBytes / 1e6)} MB`);
    assert.notEqual(again.disk.path, system.disk.path);
    assert.equal(again.disk.hash, system.disk.hash);
    // P13: the goal for the root of a virtual machine.
    assert.ok(system.root.sizeBytes + system.disk.treeBytes <= 250e6);
  } finally {
    await rm(folder, { recursive: true });
  }
});
