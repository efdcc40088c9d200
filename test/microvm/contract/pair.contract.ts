import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { LogSource } from '@capsule/api/wire';
import { runIn } from '../run-in.ts';
import type { Backend, VmSetting } from '../vm-setting.ts';
import { applyVm, printed, remove, statusOf, untilReady } from '../workload.ts';

const FOLDER = '/perm/pair';
const GUEST = '/usr/lib/capsule/guest';
/** A monitor that unpacks nothing takes the ELF file. */
const KERNELS = { qemu: 'vmlinuz-capsule', firecracker: 'vmlinux-capsule' } as const;
const INIT = '#!/bin/busybox sh\necho the pair is up\nwhile :; do busybox sleep 1; done\n';
const BOOT_MS = 10_000;
const BOOTS_MOST = 4;
const LIMIT_MS = 120_000;

/** A prebuilt kernel and root filesystem; no agent runs in it. */
export function pairVmContract(backend: Backend, slowness: number, open: () => VmSetting): void {
  const bound = { timeout: LIMIT_MS * slowness };
  suite(`a microVM with a prebuilt kernel and root filesystem: ${backend}`, {
    concurrency: false,
  }, () => {
    let setting: VmSetting;
    before(() => {
      setting = open();
    });
    after(async () => {
      await remove(setting, 'pair');
      await setting.exec(['rm', '-r', '-f', FOLDER]);
    }, bound);

    test('it boots from its own disk, and stops without an agent', bound, async (t) => {
      const kernelPath = `${GUEST}/${KERNELS[backend]}`;
      const { exitCode } = await setting.exec(['test', '-e', kernelPath], { allow: [0, 1] });
      // Debian's kernel finds no disk without the modules of an initramfs.
      if (exitCode !== 0)
        return t.skip('there is no kernel with its drivers: npm run guest-kernel');
      await makeDisk(setting);
      const rootfsPath = `${FOLDER}/root.img`;
      await applyVm(setting, 'pair', { backend, kernelPath, rootfsPath, stopGraceSeconds: 1 });
      await untilReady(setting, 'pair');
      await untilUp(setting);
      await assert.rejects(runIn(setting, 'pair', 'true'), { code: 'MICROVM_NO_AGENT' });
      await setting.client.workload.stop({ name: 'pair' });
      assert.equal((await statusOf(setting, 'pair')).exitCode, 137);
    });
  });
}

/**
 * An emulated kernel sometimes hangs while it calibrates its clock. If the guest has an agent, the capsule
 * detects that. Without an agent, only this test detects it, by the output.
 */
async function untilUp(setting: VmSetting): Promise<void> {
  const isUp = ({ stdout }: { stdout: string }) => stdout.includes('the pair is up');
  for (let boot = 1; boot < BOOTS_MOST; boot += 1) {
    const limitMs = BOOT_MS * setting.slowness;
    try {
      return await printed(setting, 'pair', isUp, { source: LogSource.SERIAL, limitMs });
    } catch (cause) {
      if (!(cause instanceof assert.AssertionError)) throw cause;
      await setting.client.workload.restart({ name: 'pair' });
    }
  }
  await printed(setting, 'pair', isUp, { source: LogSource.SERIAL });
}

async function makeDisk({ exec, busybox }: VmSetting): Promise<void> {
  const tree = `${FOLDER}/tree`;
  const place = async (path: string, input: string | Uint8Array) => {
    await exec(['sh', '-c', `cat > ${tree}/${path}; chmod 755 ${tree}/${path}`], { input });
  };
  await exec(['mkdir', '-p', ...['bin', 'sbin', 'dev', 'proc'].map((name) => `${tree}/${name}`)]);
  await place('bin/busybox', await readFile(busybox));
  await place('sbin/init', INIT);
  await exec(['mkfs.ext4', '-q', '-F', '-d', tree, `${FOLDER}/root.img`, '16M']);
}
