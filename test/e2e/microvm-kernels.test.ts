import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, suite, test } from 'node:test';
import { run } from '@capsule/host';
import { type Lab, startLab } from '@capsule/testkit';
import { capsulectl, pathOf } from '../lab/capsulectl.ts';
import { microVmManifest, runMicroVm } from '../lab/run-micro-vm.ts';
import { pushStay } from '../lab/stay.ts';
import { until } from '../lab/until.ts';
import { deleteAll } from '../lab/workload.ts';

const BOUND = { timeout: 240_000 };
const GUEST = '/usr/lib/capsule/guest';
/** The kernels in the rootfs. The build of the rootfs unpacks Debian's kernel. */
const FILES = { debian: 'vmlinux-debian', capsule: 'vmlinuz-capsule' } as const;
type Kernel = keyof typeof FILES;
const KERNELS = ['debian', 'capsule'] as const satisfies readonly Kernel[];
const NOT_BUILT = 'there is no kernel of our own: `npm run guest-kernel` builds it, in minutes';
const INIT = '#!/bin/sh\necho a disk of its own\nwhile :; do sleep 1; done\n';

suite('kernels of microVMs', { concurrency: false }, () => {
  let lab: Lab;
  before(async () => {
    lab = await startLab({ images: [] });
    await pushStay(lab);
  }, BOUND);
  after(() => lab[Symbol.asyncDispose](), BOUND);
  afterEach(() => deleteAll(lab), BOUND);

  const isThere = (kernel: Kernel) => existsSync(pathOf(lab, `${GUEST}/${FILES[kernel]}`));

  for (const kernel of KERNELS) {
    test(`a microVM boots the ${kernel} kernel, with volume and network`, BOUND, async (t) => {
      if (!isThere(kernel)) return t.skip(NOT_BUILT);
      await useKernel(lab, kernel);
      await capsulectl(lab, ['volume', 'create', '--size', '32MiB', 'data']);
      const mounts = [{ volumeName: 'data', mountPath: '/data' }];
      await runMicroVm(lab, 'guest', { image: 'stay:1', mounts, vcpus: 2 });
      const script =
        'uname -r; grep -c ^processor /proc/cpuinfo; grep " / " /proc/mounts; grep /data /proc/mounts';
      const { stdout } = await capsulectl(lab, [
        'workload',
        'exec',
        'guest',
        '--',
        'sh',
        '-c',
        script,
      ]);
      const [release, processors, root, data] = stdout.split('\n');
      assert.equal(/cloud/.test(release ?? ''), kernel === 'debian', release);
      assert.deepEqual(
        [processors, root?.split(' ')[2], data?.split(' ')[2]],
        ['2', 'overlay', 'ext4'],
      );
      await capsulectl(lab, ['workload', 'delete', 'guest'], { timeoutMs: 100_000 });
    });
  }

  test(
    'a microVM with a prebuilt kernel and root filesystem runs without an agent',
    BOUND,
    async (t) => {
      if (!isThere('capsule')) return t.skip(NOT_BUILT);
      await makeDisk(pathOf(lab, '/perm/pair.img'));
      const pair = { kernelPath: `${GUEST}/${FILES.capsule}`, rootfsPath: '/perm/pair.img' };
      await capsulectl(lab, ['apply', '-f', '-', '--wait', '--timeout', '60s'], {
        input: microVmManifest('pair', { ...pair }),
      });
      const serial = ['workload', 'logs', '--serial', 'pair'];
      await until('its own words', 60_000, async () => {
        const { stdout } = await capsulectl(lab, serial);
        return /a disk of its own/.test(stdout);
      });
      const refused = await lab.capsulectl('workload', 'exec', 'pair', '--', 'ls');
      assert.match(refused.stderr, /no guest agent/);
      await capsulectl(lab, ['workload', 'delete', 'pair'], { timeoutMs: 60_000 });
    },
  );
});

/** The next microVMs boot this kernel. */
async function useKernel(lab: Lab, kernel: Kernel): Promise<void> {
  const parts = { kernel: FILES[kernel], initramfs: `initramfs-${kernel}.cpio` };
  await writeFile(pathOf(lab, '/perm/guest.json'), JSON.stringify(parts));
  await lab.exec(['mount', '--bind', '/perm/guest.json', `${GUEST}/guest.json`]);
}

/** A root filesystem with a shell that prints a line when it runs. */
async function makeDisk(path: string): Promise<void> {
  const tree = await mkdtemp(join(tmpdir(), 'pair-'));
  try {
    for (const folder of ['bin', 'dev', 'proc', 'sbin', 'sys']) await mkdir(join(tree, folder));
    await copyFile('/bin/busybox', join(tree, 'bin/busybox'));
    await symlink('busybox', join(tree, 'bin/sh'));
    await symlink('busybox', join(tree, 'bin/sleep'));
    await writeFile(join(tree, 'sbin/init'), INIT);
    await chmod(join(tree, 'sbin/init'), 0o755);
    await run('mkfs.ext4', ['-q', '-F', '-d', tree, path, '16M']);
  } finally {
    await rm(tree, { recursive: true });
  }
}
