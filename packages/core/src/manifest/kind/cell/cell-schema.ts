import { CELL_API } from '../../read/foreign-document.ts';
import { NAME, READ_ONLY } from '../../schema/document-schema.ts';
import {
  fields,
  flag,
  type JsonSchema,
  list,
  map,
  text,
  texts,
  whole,
  word,
} from '../../schema/json-schema.ts';
import { ABSOLUTE, CONTAINER_PROPERTIES } from '../workload/container-schema.ts';
import type { CELL_CONTAINER_FIELDS } from './read-container.ts';

const LABELS = map('For selection with -l.', { type: 'string' });

/** The places of everything in a cell. */
export const PLACES = {
  realmId: text('Its realm.', { default: 'main' }),
  spaceId: text('Its space.', { default: 'default' }),
  stackId: text('Its stack.', { default: 'default' }),
} as const;

/** A document of `v1beta1` with this `spec:`. */
export function documentSchema(kind: string, about: string, spec: JsonSchema): JsonSchema {
  return fields(
    about,
    {
      apiVersion: { const: CELL_API },
      kind: { const: kind },
      metadata: fields('', { name: NAME, labels: LABELS }),
      spec,
      ...READ_ONLY,
    },
    ['apiVersion', 'kind', 'metadata'],
  );
}

const volume = fields(
  '',
  {
    source: text('An absolute path of the capsule, or the name of a volume.'),
    target: text('Mount path.', ABSOLUTE),
    readOnly: flag('Mounts it read-only.'),
    kind: {
      enum: ['bind', 'volume', 'tmpfs'],
      description: 'Default: bind for a path, else volume.',
    },
    sizeBytes: whole('Of a tmpfs: the most that it holds.', { minimum: 1 }),
    mode: word('Of a tmpfs: mode in octal, in quotes: "0755".'),
    ensure: flag('Of a bind: create the source, as a folder, if it is missing.'),
    subPath: text('Of a volume: mounts only this folder.'),
    copyUp: {
      type: 'boolean',
      default: true,
      description: 'Of a new volume: copy the content of the image at this path into it.',
    },
  },
  ['target'],
);

const { image, imagePullPolicy, args, workingDir, user, groupAdd } = CONTAINER_PROPERTIES;
const { healthCheck, minReadySeconds, updatePolicy, updateTimeoutSeconds } = CONTAINER_PROPERTIES;
const { devices, readOnlyRootFilesystem, capabilities, ulimits, stopSignal, stopGraceSeconds } =
  CONTAINER_PROPERTIES;

/** A field that the containers of a cell share. */
function ofRoot(field: 'extraHosts' | 'dns' | 'dependsOn' | 'shmSize' | 'sysctls'): JsonSchema {
  const { description, ...rest } = CONTAINER_PROPERTIES[field];
  return { ...rest, description: `Of the root: for the whole cell. ${description}` };
}

/** Everything that the `spec:` of a container may hold; the compiler asks for each field. */
const PROPERTIES: Readonly<Record<(typeof CELL_CONTAINER_FIELDS)[number], JsonSchema>> = {
  id: text('Repeats metadata.name; in the list of a cell, the name of the container.'),
  ...PLACES,
  cellId: text('Its cell. Default: the name of the container.'),
  containerdId: text('Printed by get: the id in containerd.'),
  root: flag('The root of its cell. Without a mark, the first container is the root.'),
  image,
  imagePullPolicy,
  command: {
    description: 'The program; replaces the entrypoint and the cmd of the image.',
    anyOf: [text(''), texts('')],
  },
  args,
  workingDir,
  user,
  groupAdd,
  env: texts('NAME=VALUE; added to the variables of the image.'),
  ports: texts('Ports to publish on the capsule: 8080:80, 8080:80/udp or 127.0.0.1:8080:80.'),
  volumes: list('Paths of the capsule, volumes and file systems in memory.', volume),
  networksAliases: texts('Further names of the cell in its space.'),
  hostNetwork: flag('Of the root: the cell uses the network of the capsule.'),
  hostPID: flag('Of the root: uses the PID namespace of the capsule.'),
  hostIPC: flag('Of the root: uses the IPC namespace of the capsule.'),
  hostname: text('Of the root: host name of the cell. Default: the name of the cell.'),
  extraHosts: ofRoot('extraHosts'),
  dns: ofRoot('dns'),
  privileged: CONTAINER_PROPERTIES.privileged,
  restartPolicy: {
    enum: ['', 'never', 'no', 'on-failure', 'always', 'unless-stopped'],
    default: 'never',
    description: 'Whether the capsule restarts the program after it exits by itself.',
  },
  restartBackoffSeconds: whole('The first pause before a restart; doubles up to 300.', {
    minimum: 1,
    maximum: 300,
    default: 1,
  }),
  restartMaxRetries: whole('Restarts in a row after which no other follows. Default: no end.', {
    minimum: 1,
  }),
  healthCheck,
  minReadySeconds,
  dependsOn: ofRoot('dependsOn'),
  updatePolicy,
  updateTimeoutSeconds,
  readOnlyRootFilesystem,
  capabilities,
  securityOpts: list('no-new-privileges or seccomp=unconfined.', { type: 'string' }),
  devices,
  tmpfs: list(
    'File systems in memory.',
    fields(
      '',
      {
        path: text('Mount path.', ABSOLUTE),
        sizeBytes: whole('The most that it holds.', { minimum: 1 }),
        options: texts('Options of mount(8): noexec, mode=0755.'),
      },
      ['path'],
    ),
  ),
  resources: fields('Limits. The capsule changes them without a restart.', {
    memoryLimitBytes: whole('Memory in bytes.', { minimum: 1 }),
    cpuShares: whole('Its share of a busy processor; a container without it has 1024.', {
      minimum: 2,
    }),
    cpuMillis: whole('Thousandths of a processor.', { minimum: 1 }),
    pidsLimit: whole('Number of processes and threads.', { minimum: 1 }),
  }),
  ulimits,
  shmSize: ofRoot('shmSize'),
  sysctls: ofRoot('sysctls'),
  stopSignal,
  stopGraceSeconds,
  labels: map('Of a container in the list of a cell: for selection with -l.', { type: 'string' }),
};

export const CONTAINER_SCHEMA = documentSchema(
  'Container',
  'One container of a cell.',
  fields('', PROPERTIES, ['image']),
);

export const CELL_SCHEMA = documentSchema(
  'Cell',
  'Containers that share a network namespace, an address and a life.',
  fields('', {
    id: text('Repeats metadata.name.'),
    ...PLACES,
    rootContainerId: text('The root container, instead of root: true.'),
    containers: list('All containers of the cell.', fields('', PROPERTIES, ['id', 'image'])),
  }),
);
