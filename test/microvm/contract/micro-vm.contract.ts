import type { Backend, VmSetting } from '../vm-setting.ts';
import { endingVmContract } from './ending.contract.ts';
import { livingVmContract } from './living.contract.ts';
import { pairVmContract } from './pair.contract.ts';
import { silentVmContract } from './silent.contract.ts';

/** The contract of microVMs on each monitor of a capsule. The tests call `open` at their start. */
export function microVmContract(backend: Backend, slowness: number, open: () => VmSetting): void {
  livingVmContract(backend, slowness, open);
  endingVmContract(backend, slowness, open);
  silentVmContract(backend, slowness, open);
  pairVmContract(backend, slowness, open);
}
