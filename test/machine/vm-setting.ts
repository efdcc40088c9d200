import { run } from '@capsule/host';
import type { Services } from '@capsule/testkit/guest-capsule';
import type { VmSetting } from '../microvm/vm-setting.ts';

/** The emulated processor, which supports nested virtualization for the guest. */
export const SLOWNESS = 8;

/** A virtual machine with `busybox` among its files, for the contract of microVMs. */
export function vmSettingOf(services: Services): VmSetting {
  return {
    client: services.client,
    busybox: '/tmp/busybox',
    slowness: SLOWNESS,
    exec: ([program = '', ...words], options) => run(program, words, options),
    killCapsuled: () => services.killCapsuled(),
  };
}
