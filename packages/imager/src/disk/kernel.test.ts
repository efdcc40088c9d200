import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orderModules } from './kernel.ts';

const DEP = `kernel/drivers/md/dm-thin-pool.ko.xz: kernel/drivers/md/dm-bufio.ko.xz kernel/drivers/md/dm-mod.ko.xz
kernel/drivers/md/dm-bufio.ko.xz: kernel/drivers/md/dm-mod.ko.xz
kernel/drivers/md/dm-mod.ko.xz:
kernel/fs/overlayfs/overlay.ko.xz:
`;

test('each module is loaded once, after its dependencies', () => {
  assert.deepEqual(orderModules(DEP, ['dm_thin_pool', 'overlay', 'dm_mod', 'ext4']), [
    'kernel/drivers/md/dm-mod.ko.xz',
    'kernel/drivers/md/dm-bufio.ko.xz',
    'kernel/drivers/md/dm-thin-pool.ko.xz',
    'kernel/fs/overlayfs/overlay.ko.xz',
  ]);
});
