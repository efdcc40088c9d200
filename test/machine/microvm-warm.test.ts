/**
 * Starts of microVMs from snapshots, in an emulated machine with AMD's SVM and a working `/dev/kvm`, on the
 * Firecracker that `CAPSULE_FIRECRACKER` names.
 */
import { readFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { makePerm, mountPerm, type Services, startServices } from '@capsule/testkit/guest-capsule';
import { inMachine } from '@capsule/testkit/in-machine';
import { warmVmContract } from '../microvm/contract/warm.contract.ts';
import { SLOWNESS, vmSettingOf } from './vm-setting.ts';

const MINUTE_MS = 60_000;
const BOUND = { timeout: 8 * MINUTE_MS };

if (
  process.env['CAPSULE_FIRECRACKER'] === undefined &&
  process.env['CAPSULE_TEST_IN_MACHINE'] !== '1'
) {
  const skip = 'CAPSULE_FIRECRACKER names no folder with firecracker and jailer';
  test('microVMs start from snapshots', { skip });
} else if (
  inMachine(import.meta.filename, {
    hasKvm: true,
    memoryMib: 2048,
    disks: 2,
    timeoutMs: 40 * MINUTE_MS,
    files: async () => ({ busybox: await readFile('/bin/busybox') }),
  })
) {
  suite('a capsule with /dev/kvm', { concurrency: false }, () => {
    let services: Services;
    before(async () => {
      await makePerm();
      await mountPerm();
      services = await startServices();
    }, BOUND);
    after(() => services[Symbol.asyncDispose](), BOUND);
    warmVmContract(SLOWNESS, () => vmSettingOf(services));
  });
}
