import type { NetworkMode, UpdatePolicy } from '../../resource/cell/cell.ts';
import type { ImagePullPolicy, RestartPolicy } from '../../resource/cell/container.ts';
import type { MicroVmBackend } from '../../resource/cell/micro-vm.ts';
import type { ChoiceWords } from './read-choice.ts';

export const NETWORK_MODES: ChoiceWords<NetworkMode> = {
  NETWORK_MODE_BRIDGE: 'bridge',
  NETWORK_MODE_HOST: 'host',
  bridge: 'bridge',
  host: 'host',
};
export const RESTART_POLICIES: ChoiceWords<RestartPolicy> = {
  always: 'always',
  'on-failure': 'onFailure',
  'unless-stopped': 'unlessStopped',
  never: 'never',
  RESTART_POLICY_ALWAYS: 'always',
  RESTART_POLICY_ON_FAILURE: 'onFailure',
  RESTART_POLICY_UNLESS_STOPPED: 'unlessStopped',
  RESTART_POLICY_NEVER: 'never',
};
export const PULL_POLICIES: ChoiceWords<ImagePullPolicy> = {
  IfNotPresent: 'ifNotPresent',
  Always: 'always',
  Never: 'never',
  IMAGE_PULL_POLICY_IF_NOT_PRESENT: 'ifNotPresent',
  IMAGE_PULL_POLICY_ALWAYS: 'always',
  IMAGE_PULL_POLICY_NEVER: 'never',
};
export const UPDATE_POLICIES: ChoiceWords<UpdatePolicy> = {
  replace: 'replace',
  rollback: 'rollback',
  UPDATE_POLICY_REPLACE: 'replace',
  UPDATE_POLICY_ROLLBACK: 'rollback',
};
export const MICRO_VM_BACKENDS: ChoiceWords<MicroVmBackend> = {
  auto: 'auto',
  firecracker: 'firecracker',
  qemu: 'qemu',
  MICRO_VM_BACKEND_FIRECRACKER: 'firecracker',
  MICRO_VM_BACKEND_QEMU: 'qemu',
};
