/**
 * The contract of microVMs with KVM: in an emulated machine with AMD's SVM and a working `/dev/kvm`.
 * `CAPSULE_TEST_ALL=1` runs all of it.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { makePerm, mountPerm, type Services, startServices } from '@capsule/testkit/guest-capsule';
import { inMachine } from '@capsule/testkit/in-machine';
import { endingVmContract } from '../microvm/contract/ending.contract.ts';
import { faultVmContract } from '../microvm/contract/fault.contract.ts';
import { flushVmContract } from '../microvm/contract/flush.contract.ts';
import { killVmContract } from '../microvm/contract/kill.contract.ts';
import { livingVmContract } from '../microvm/contract/living.contract.ts';
import { pairVmContract } from '../microvm/contract/pair.contract.ts';
import { silentVmContract } from '../microvm/contract/silent.contract.ts';
import type { Backend, VmSetting } from '../microvm/vm-setting.ts';
import { SLOWNESS, vmSettingOf } from './vm-setting.ts';

const MINUTE_MS = 60_000;
const BOUND = { timeout: 8 * MINUTE_MS };
const FIRECRACKER = '/usr/lib/capsule/firecracker/firecracker';
const isAll = process.env['CAPSULE_TEST_ALL'] === '1';
const backends = process.env['CAPSULE_FIRECRACKER'] === undefined ? 1 : 2;
/** The time limit for the whole contract, or for one microVM only, in parallel with other lanes. */
const timeoutMs = backends * (isAll ? 40 : 20) * MINUTE_MS;

const isInside = inMachine(import.meta.filename, {
  hasKvm: true,
  memoryMib: 2048,
  disks: 2,
  timeoutMs,
  args: isAll ? ['all'] : [],
  files: async () => ({ busybox: await readFile('/bin/busybox') }),
});

if (isInside) {
  suite('a capsule with /dev/kvm', { concurrency: false }, () => {
    let services: Services;
    before(async () => {
      await makePerm();
      await mountPerm();
      services = await startServices();
    }, BOUND);
    after(() => services[Symbol.asyncDispose](), BOUND);

    test('guests run with KVM', BOUND, async (t) => {
      const { microVmBackendDetail } = await services.client.capsule.getInfo({});
      t.diagnostic(`${microVmBackendDetail}, ${Math.round(process.uptime())} s after its start`);
      t.assert.match(microVmBackendDetail, /with KVM/);
    });

    const open = () => vmSettingOf(services);
    contracts('qemu', open);
    if (existsSync(FIRECRACKER)) contracts('firecracker', open);
    else {
      const skip = 'CAPSULE_FIRECRACKER names no folder with firecracker and jailer';
      test('Firecracker passes the contract, too', { skip });
    }
  });
}

function contracts(backend: Backend, open: () => VmSetting): void {
  livingVmContract(backend, SLOWNESS, open);
  if (!process.argv.includes('all')) return;
  endingVmContract(backend, SLOWNESS, open);
  silentVmContract(backend, SLOWNESS, open);
  pairVmContract(backend, SLOWNESS, open);
  flushVmContract(backend, SLOWNESS, open);
  faultVmContract(backend, SLOWNESS, open);
  killVmContract(backend, SLOWNESS, open);
}
