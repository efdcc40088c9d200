import { connectCapsule } from '@capsule/api/node';
import type { Lab } from '@capsule/testkit';
import type { VmSetting } from './vm-setting.ts';

/** A lab for the contract of microVMs. The caller must close the client. */
export function vmSettingOf(lab: Lab): VmSetting {
  return {
    client: connectCapsule(lab.host),
    busybox: '/bin/busybox',
    slowness: 1,
    exec: (argv, options) => lab.exec(argv, options),
    async killCapsuled() {
      await lab.killCapsuled();
      await lab.ready();
    },
  };
}
