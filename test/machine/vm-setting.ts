import { run } from '@capsule/host';
import type { Services } from '@capsule/testkit/guest-capsule';
import type { VmSetting } from '../microvm/vm-setting.ts';

/** A processor that is emulated, and emulates in its turn what a guest needs of it. */
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
