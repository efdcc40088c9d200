import type { Random } from '../lab/random.ts';
import type { Backend, VmSetting } from './vm-setting.ts';

/** The number of rounds on a monitor, and the source of randomness. */
export interface Rounds {
  readonly setting: VmSetting;
  readonly backend: Backend;
  readonly random: Random;
  readonly rounds: number;
  readonly say: (line: string) => void;
}
