import assert from 'node:assert/strict';
import { link, mkdtempDisposable, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '@capsule/host';
import { OpenDisks } from './open-disks.ts';

test('a disk belongs to one machine, under whichever name it is opened, until that machine closes it', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'capsule-disks-'));
  const [disk, other] = [join(folder.path, 'disk'), join(folder.path, 'other')];
  await writeFile(disk, '');
  await link(disk, other);
  for (const readOnly of [false, true]) {
    const first = await OpenDisks.open('one', [{ path: disk, readOnly }]);
    for (const path of [disk, other]) {
      for (const alsoReadOnly of [false, true]) {
        await assert.rejects(OpenDisks.open('two', [{ path, readOnly: alsoReadOnly }]), {
          code: 'MICROVM_DISK_BUSY',
        });
      }
    }
    await first[Symbol.asyncDispose]();
    await (await OpenDisks.open('two', [{ path: other, readOnly }]))[Symbol.asyncDispose]();
  }
});

test('one machine does not get the same disk twice', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'capsule-disks-'));
  const disk = { path: join(folder.path, 'disk'), readOnly: true };
  await writeFile(disk.path, '');
  await assert.rejects(OpenDisks.open('one', [disk, disk]), { code: 'MICROVM_DISK_BUSY' });
  await (await OpenDisks.open('one', [disk]))[Symbol.asyncDispose]();
});

test('many machines can read a shared disk', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'capsule-disks-'));
  const disk = { path: join(folder.path, 'disk'), readOnly: true, isShared: true };
  await writeFile(disk.path, '');
  await using _one = await OpenDisks.open('one', [disk]);
  await using _two = await OpenDisks.open('two', [disk]);
});

test('a link, a folder and a pipe are refused as disks, and none blocks', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'capsule-disks-'));
  const at = (name: string) => join(folder.path, name);
  await writeFile(at('disk'), '');
  await symlink(at('disk'), at('link'));
  await run('mkfifo', [at('pipe')]);
  for (const path of [at('link'), folder.path, at('pipe'), '/dev/null']) {
    for (const readOnly of [false, true]) {
      await assert.rejects(OpenDisks.open('one', [{ path, readOnly }]), {
        code: 'MICROVM_DISK_UNFIT',
      });
    }
  }
});

test('the error of a missing disk names its path', async () => {
  const disks = [{ path: '/nonexistent/disk', readOnly: false }];
  await assert.rejects(OpenDisks.open('web', disks), { code: 'MICROVM_FILE_MISSING' });
});
