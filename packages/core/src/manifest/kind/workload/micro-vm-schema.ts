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
  kernelPath: text('A kernel of your own; with rootfsPath, instead of an image.', ABSOLUTE),
  rootfsPath: text('A root file system of your own; with kernelPath.', ABSOLUTE),
  vcpus: whole('Processors.', { minimum: 1, maximum: 32, default: MICRO_VM_DEFAULTS.vcpus }),
  memoryMib: whole('All of its memory.', {
    minimum: MICRO_VM_LEAST_MIB,
    maximum: 1024 ** 2,
    default: MICRO_VM_DEFAULTS.memoryMib,
  }),
  rootfsSize: word('The most that can be written above the image.', { ...SIZE, default: '10GiB' }),
  backend: choice(
    'The monitor that runs it; auto: Firecracker where it can run, else QEMU.',
    MICRO_VM_BACKENDS,
    MICRO_VM_DEFAULTS.backend,
  ),
  kernelCmdlineExtra: text('More parameters of the kernel; not init=, rdinit= and panic=.', {
    maxLength: 1024,
  }),
  networkMode: {
    enum: ['NETWORK_MODE_BRIDGE', 'bridge'],
    description: 'A microVM is always on the bridge.',
  },
  resources: fields('Limits; changed while it runs.', CPU_AND_PIDS),
};

export const MICRO_VM_SCHEMA: JsonSchema = {
  ...fields('The microVM to run.', PROPERTIES),
  anyOf: [{ required: ['image'] }, { required: ['kernelPath', 'rootfsPath'] }],
};
