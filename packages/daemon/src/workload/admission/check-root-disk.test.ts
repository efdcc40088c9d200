import assert from 'node:assert/strict';
import { link, mkdir, mkdtempDisposable, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { completeSpec, MICRO_VM_DEFAULTS, type WorkloadRecord } from '@capsule/core';

import { checkRootDisk, diskIdentity } from './check-root-disk.ts';

function pair(name: string, rootfsPath: string) {
  const microVm = { ...MICRO_VM_DEFAULTS, kernelPath: '/k', rootfsPath };
  return completeSpec({ name, kind: 'microVm', image: '', microVm });
}

const record = (name: string, path: string, desired = 'running') =>
  ({ spec: pair(name, path), desired }) as WorkloadRecord;

test('a root file system is one workload’s at a time, by whichever name', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'capsule-rootfs-'));
  const at = (name: string) => join(folder.path, name);
  await writeFile(at('disk'), '');
  await writeFile(at('other'), '');
  await link(at('disk'), at('hard'));
  await symlink(at('disk'), at('soft'));
  const check = (path: string, others: WorkloadRecord[], isOver = false) =>
    checkRootDisk(pair('b', path), {
      others,
      isOver: () => isOver,
      fallbackOf: () => undefined,
      ownFolders: [],
    });
  const taken = { code: 'WORKLOAD_ROOTFS_TAKEN' };
  for (const name of ['disk', 'hard', 'soft', './disk', '../absent']) {
    const path = name === '../absent' ? '/absent/disk' : `${folder.path}/${name}`;
    const theirs = name === '../absent' ? path : at('disk');
    assert.throws(() => check(path, [record('a', theirs)]), taken, name);
  }
  check(at('other'), [record('a', at('disk'))]);
  check(at('disk'), [record('b', at('disk'))]);
  check(at('disk'), [record('a', at('disk'), 'stopped')]);
  check(at('disk'), [record('a', at('disk'))], true);
});

test('two nodes of one block device are one disk', () => {
  const node = (ino: bigint, rdev: bigint, isBlock = true) =>
    diskIdentity({ dev: 5n, ino, rdev, isBlockDevice: () => isBlock });
  assert.equal(node(1n, 0x700n), node(2n, 0x700n));
  assert.notEqual(node(1n, 0x700n), node(2n, 0x701n));
  assert.notEqual(node(1n, 0n, false), node(2n, 0n, false));
});

test('a path that leads nowhere is judged by itself, and affects no other', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'capsule-rootfs-'));
  const loop = join(folder.path, 'loop');
  await symlink('loop', loop);
  await writeFile(join(folder.path, 'file'), '');
  const nowhere = [
    loop,
    `/${'x'.repeat(300)}`,
    `/${'x/'.repeat(3000)}`,
    `${folder.path}/file/disk`,
  ];
  for (const path of nowhere) {
    const claims = { isOver: () => false, fallbackOf: () => undefined, ownFolders: [path] };
    const others = [record('a', path)];
    checkRootDisk(pair('b', join(folder.path, 'file')), { ...claims, others });
    checkRootDisk(pair('a', path), { ...claims, others });
    assert.throws(() => checkRootDisk(pair('b', path), { ...claims, others }), {
      code: 'WORKLOAD_ROOTFS_TAKEN',
    });
  }
});

test('the capsule’s own disks cannot be a root file system, also by a link', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'capsule-rootfs-'));
  const volumes = join(folder.path, 'volumes');
  await mkdir(volumes);
  await writeFile(join(volumes, 'notes.img'), '');
  await symlink(volumes, join(folder.path, 'around'));
  for (const path of ['volumes/notes.img', 'around/notes.img', 'volumes/../volumes/absent.img']) {
    assert.throws(
      () =>
        checkRootDisk(pair('a', `${folder.path}/${path.replace('volumes/../', '')}`), {
          others: [],
          isOver: () => false,
          fallbackOf: () => undefined,
          ownFolders: [volumes],
        }),
      { code: 'WORKLOAD_ROOTFS_OWN' },
    );
  }
});
