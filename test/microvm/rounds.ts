import type { Random } from '../lab/random.ts';
import type { Backend, VmSetting } from './vm-setting.ts';

/** How often something is done to microVMs on a monitor, and by which chance. */
export interface Rounds {
  readonly setting: VmSetting;
  readonly backend: Backend;
  readonly random: Random;
  readonly rounds: number;
  readonly say: (line: string) => void;
}
