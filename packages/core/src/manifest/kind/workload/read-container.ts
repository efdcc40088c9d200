import type { WorkloadSpec } from '../../../resource/workload/workload.ts';
import type { DocumentReader, Place } from '../../read/document-reader.ts';
import { readHostBinds } from '../../read/read-mounts.ts';
import { readResources, readSize } from '../../read/read-resources.ts';
import { readFlag, readNamesOrNumbers, readWords } from '../../read/read-words.ts';
import { readSharedFields } from './read-shared-fields.ts';
import { SYNONYMS } from './workload-words.ts';

/** Every key of the `container:` block that this version carries out, in the order of a manifest. */
export const CONTAINER_FIELDS = [
  'image',
  'imagePullPolicy',
  'command',
  'args',
  'workingDir',
  'user',
  'groupAdd',
  'env',
  'hostname',
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
  'devices',
  'privileged',
  'hostPid',
  'hostIpc',
  'hostBindPaths',
  'mounts',
  'ulimits',
  'shmSize',
  'sysctls',
  'labels',
] as const satisfies readonly Exclude<keyof WorkloadSpec, 'name' | 'kind' | 'microVm'>[];

const VM_ONLY = 'only kind: MicroVM has this field';

const TABLE = {
  fields: CONTAINER_FIELDS,
  synonyms: SYNONYMS,
  refused: {
    hostMount: 'name the paths that you need in hostBindPaths',
    vcpus: `${VM_ONLY}; resources.cpu limits a container`,
    memoryMib: `${VM_ONLY}; resources.memory limits a container`,
    rootfsSize: VM_ONLY,
    backend: VM_ONLY,
    kernelCmdlineExtra: VM_ONLY,
    kernelPath: VM_ONLY,
    rootfsPath: VM_ONLY,
  },
} as const;

/** Reads the `container:` block. A default replaces an unreadable field, which the reader has recorded. */
export function readContainer(
  reader: DocumentReader,
  place: Place,
): Omit<WorkloadSpec, 'name'> | undefined {
  const fields = reader.map(place, TABLE);
  if (fields === undefined) return undefined;
  const field = (name: (typeof CONTAINER_FIELDS)[number]) => fields.get(name);
  if (!fields.has('image')) reader.refuse('container.image', 'is missing');
  const groupAdd = readNamesOrNumbers(reader, field('groupAdd'));
  const devices = readWords(reader, field('devices'));
  const shmSize = field('shmSize');
  return {
    kind: 'container',
    ...readSharedFields(reader, field),
    resources: readResources(reader, field('resources')),
    hostPid: readFlag(reader, field('hostPid')),
    hostIpc: readFlag(reader, field('hostIpc')),
    hostBindPaths: readHostBinds(reader, field('hostBindPaths')),
    ...(groupAdd.length > 0 && { groupAdd }),
    ...(devices.length > 0 && { devices }),
    ...(shmSize && { shmSize: readSize(reader, shmSize) }),
  };
}
