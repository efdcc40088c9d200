import { MICRO_VM_DEFAULTS, type MicroVmSettings } from '../../../resource/cell/micro-vm.ts';
import { roundUpToUnit } from '../../../resource/volume/volume.ts';
import { SPEC_DEFAULTS } from '../../../resource/workload/complete-spec.ts';
import type { WorkloadSpec } from '../../../resource/workload/workload.ts';
import type { DocumentReader, Place } from '../../read/document-reader.ts';
import { MICRO_VM_BACKENDS } from '../../read/policy-words.ts';
import { readChoice } from '../../read/read-choice.ts';
import { readResources, readSize } from '../../read/read-resources.ts';
import { readNumber, readText } from '../../read/read-words.ts';
import { readSharedFields } from './read-shared-fields.ts';
import { SYNONYMS } from './workload-words.ts';

/** Every key of the `microVm:` block, in the order of a manifest. */
export const MICRO_VM_FIELDS = [
  'image',
  'imagePullPolicy',
  'kernelPath',
  'rootfsPath',
  'command',
  'args',
  'workingDir',
  'user',
  'env',
  'hostname',
  'vcpus',
  'memoryMib',
  'rootfsSize',
  'backend',
  'kernelCmdlineExtra',
  // The bridge is named in passing by who flips the kind; the rules refuse the other mode.
  'networkMode',
  'ports',
  'extraHosts',
  'dns',
  'restartPolicy',
  'healthCheck',
  'dependsOn',
  'stopSignal',
  'stopGraceSeconds',
  'updatePolicy',
  'updateTimeoutSeconds',
  'minReadySeconds',
  'resources',
  'tmpfs',
  'readOnlyRootFilesystem',
  'capabilities',
  'privileged',
  'mounts',
  'ulimits',
  'sysctls',
  'labels',
] as const;

const NOTHING_SHARED =
  'a microVM shares nothing with the capsule: remove the field, or use kind: Container';

const TABLE = {
  fields: MICRO_VM_FIELDS,
  synonyms: new Map([...SYNONYMS, ['memory', 'memoryMib'], ['cpu', 'vcpus'], ['cpus', 'vcpus']]),
  refused: {
    hostPid: NOTHING_SHARED,
    hostIpc: NOTHING_SHARED,
    hostMount: NOTHING_SHARED,
    groupAdd: 'only kind: Container has this field',
    shmSize: 'the memory of a microVM limits its /dev/shm: set memoryMib, or use kind: Container',
    devices: NOTHING_SHARED,
    hostBindPaths:
      'a microVM cannot access paths of the capsule: mount a volume, or use kind: Container',
  },
} as const;

const NO_MEMORY_LIMIT = {
  memory: 'a microVM has a fixed amount of memory: set memoryMib instead',
} as const;

type FieldOf = (name: (typeof MICRO_VM_FIELDS)[number]) => Place | undefined;

/** Reads the `microVm:` block. A default replaces an unreadable field, which the reader has recorded. */
export function readMicroVm(
  reader: DocumentReader,
  place: Place,
): Omit<WorkloadSpec, 'name'> | undefined {
  const fields = reader.map(place, TABLE);
  if (fields === undefined) return undefined;
  const field: FieldOf = (name) => fields.get(name);
  const { hostPid, hostIpc, hostBindPaths } = SPEC_DEFAULTS;
  return {
    kind: 'microVm',
    ...readSharedFields(reader, field),
    resources: readResources(reader, field('resources'), NO_MEMORY_LIMIT),
    hostPid,
    hostIpc,
    hostBindPaths,
    microVm: readSettings(reader, field),
  };
}

function readSettings(reader: DocumentReader, field: FieldOf): MicroVmSettings {
  const size = field('rootfsSize');
  return {
    vcpus: readNumber(reader, field('vcpus'), MICRO_VM_DEFAULTS.vcpus),
    memoryMib: readNumber(reader, field('memoryMib'), MICRO_VM_DEFAULTS.memoryMib),
    rootfsSizeBytes:
      size === undefined
        ? MICRO_VM_DEFAULTS.rootfsSizeBytes
        : roundUpToUnit(readSize(reader, size)),
    backend: readChoice(reader, field('backend'), {
      words: MICRO_VM_BACKENDS,
      what: 'a backend',
      absent: MICRO_VM_DEFAULTS.backend,
    }),
    kernelCmdlineExtra: readText(reader, field('kernelCmdlineExtra')),
    kernelPath: readText(reader, field('kernelPath')),
    rootfsPath: readText(reader, field('rootfsPath')),
  };
}
