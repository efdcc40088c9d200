import { after, before, suite } from 'node:test';
import { type Lab, startLab } from '@capsule/testkit';
import { microVmContract } from '../microvm/contract/micro-vm.contract.ts';
import { vmSettingOf } from '../microvm/lab-setting.ts';
import type { VmSetting } from '../microvm/vm-setting.ts';

const BOUND = { timeout: 240_000 };
const SLOWNESS = 1;

suite('microVMs in a lab', { concurrency: false }, () => {
  let lab: Lab;
  let setting: VmSetting;
  before(async () => {
    lab = await startLab({ images: [] });
    setting = vmSettingOf(lab);
  }, BOUND);
  after(async () => {
    setting.client.close();
    await lab[Symbol.asyncDispose]();
  }, BOUND);

  microVmContract('qemu', SLOWNESS, () => setting);
});
