import { MICRO_VM_DEFAULTS, MICRO_VM_LEAST_MIB } from '../../../resource/cell/micro-vm.ts';
import { MICRO_VM_BACKENDS } from '../../read/policy-words.ts';
import {
  choice,
  fields,
  type JsonSchema,
  SIZE,
  text,
  whole,
  word,
} from '../../schema/json-schema.ts';
import { ABSOLUTE, CONTAINER_PROPERTIES, CPU_AND_PIDS } from './container-schema.ts';
import type { MICRO_VM_FIELDS } from './read-micro-vm.ts';

const { hostPid, hostIpc, hostBindPaths, ...shared } = CONTAINER_PROPERTIES;

/** Everything that a `microVm:` block may hold; the compiler asks for each field. */
const PROPERTIES: Readonly<Record<(typeof MICRO_VM_FIELDS)[number], JsonSchema>> = {
  ...shared,
  kernelPath: text(
    'Path of your own kernel. Use it with rootfsPath and without an image.',
    ABSOLUTE,
  ),
  rootfsPath: text('Path of your own root file system. Use it with kernelPath.', ABSOLUTE),
  vcpus: whole('Processors.', { minimum: 1, maximum: 32, default: MICRO_VM_DEFAULTS.vcpus }),
  memoryMib: whole('Memory of the microVM in MiB.', {
    minimum: MICRO_VM_LEAST_MIB,
    maximum: 1024 ** 2,
    default: MICRO_VM_DEFAULTS.memoryMib,
  }),
  rootfsSize: word('Maximum size of the files that the microVM writes to its root file system.', {
    ...SIZE,
    default: '10GiB',
  }),
  backend: choice(
    'Virtual machine monitor. auto: Firecracker if it can run here, otherwise QEMU.',
    MICRO_VM_BACKENDS,
    MICRO_VM_DEFAULTS.backend,
  ),
  kernelCmdlineExtra: text('Additional kernel parameters, except init=, rdinit= and panic=.', {
    maxLength: 1024,
  }),
  networkMode: {
    enum: ['NETWORK_MODE_BRIDGE', 'bridge'],
    description: 'A microVM is always on the bridge.',
  },
  resources: fields('Limits. The capsule changes them without a restart.', CPU_AND_PIDS),
};

export const MICRO_VM_SCHEMA: JsonSchema = {
  ...fields('The microVM to run.', PROPERTIES),
  anyOf: [{ required: ['image'] }, { required: ['kernelPath', 'rootfsPath'] }],
};
