import assert from 'node:assert/strict';
import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { KernelFeature } from '@capsule/core';
import { RunningKernel } from './running-kernel.ts';

/** The files by which a kernel shows its features. */
const FILES: Readonly<Partial<Record<KernelFeature, readonly [path: string, text: string]>>> = {
  overlayfs: ['proc/filesystems', 'nodev\ttmpfs\n\text4\nnodev\toverlay\n'],
  br_netfilter: ['proc/sys/net/bridge/bridge-nf-call-iptables', '1\n'],
  tun: ['dev/net/tun', ''],
  loop: ['dev/loop-control', ''],
  vsock: ['dev/vhost-vsock', ''],
  seccomp: ['proc/sys/kernel/seccomp/actions_avail', 'kill_process\n'],
  ipv6: ['proc/net/if_inet6', ''],
};

for (const [feature, [path, text]] of Object.entries(FILES)) {
  test(`${feature} is found by the file that shows it, and only then`, async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'kernel-'));
    const at = (name: string) => join(folder.path, name);
    const kernel = new RunningKernel({ proc: at('proc'), dev: at('dev') });
    assert.equal((await kernel.find(feature as KernelFeature)).isThere, false);
    await mkdir(dirname(at(path)), { recursive: true });
    await writeFile(at(path), text);
    assert.equal((await kernel.find(feature as KernelFeature)).isThere, true);
  });
}

test('a filesystem of a similar name is no overlayfs', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'kernel-'));
  await writeFile(join(folder.path, 'filesystems'), 'nodev\tfuse-overlayfs\n');
  const kernel = new RunningKernel({ proc: folder.path, dev: folder.path });
  assert.equal((await kernel.find('overlayfs')).isThere, false);
});
