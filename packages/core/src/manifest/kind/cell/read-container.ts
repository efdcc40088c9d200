import type { VolumeMount } from '../../../resource/cell/container.ts';
import type { ContainerRef } from '../../../resource/cell/container-ref.ts';
import type { HostBind, TmpfsMount } from '../../../resource/cell/container-settings.ts';
import type { ContainerDocument } from '../../../resource/workload/cell-document.ts';
import { completeSpec, SPEC_DEFAULTS } from '../../../resource/workload/complete-spec.ts';
import type { WorkloadSpec } from '../../../resource/workload/workload.ts';
import type { DocumentReader, FieldTable, Place } from '../../read/document-reader.ts';
import { PULL_POLICIES, UPDATE_POLICIES } from '../../read/policy-words.ts';
import { readChoice } from '../../read/read-choice.ts';
import { readHealthCheck } from '../../read/read-health-check.ts';
import { readDns, readExtraHosts } from '../../read/read-names.ts';
import { readCapabilities, readUlimits } from '../../read/read-privileges.ts';
import { readSize } from '../../read/read-resources.ts';
import {
  readFlag,
  readNamesOrNumbers,
  readNumber,
  readText,
  readWordMap,
  readWords,
} from '../../read/read-words.ts';
import { isContainerdId } from './containerd-id.ts';
import { readEnvLines } from './read-env-lines.ts';
import { DEFAULT_PARTS, readHead } from './read-head.ts';
import { readPortTexts } from './read-port-texts.ts';
import { readVolumes } from './read-volumes.ts';
import { refuseLater } from './refuse-later.ts';

/** A container with the name that people see. */
export interface ContainerManifest extends ContainerDocument {
  readonly name: string;
}

/** Keys of a container's `spec:` that this version carries out, in the order of a manifest. */
export const CELL_CONTAINER_FIELDS = [
  'id',
  'realmId',
  'spaceId',
  'stackId',
  'cellId',
  'containerdId',
  'root',
  'image',
  'imagePullPolicy',
  'command',
  'args',
  'workingDir',
  'user',
  'groupAdd',
  'env',
  'ports',
  'volumes',
  'networksAliases',
  'hostNetwork',
  'hostPID',
  'hostIPC',
  'hostname',
  'extraHosts',
  'dns',
  'privileged',
  'restartPolicy',
  'restartBackoffSeconds',
  'restartMaxRetries',
  'healthCheck',
  'minReadySeconds',
  'dependsOn',
  'updatePolicy',
  'updateTimeoutSeconds',
  'readOnlyRootFilesystem',
  'capabilities',
  'securityOpts',
  'devices',
  'tmpfs',
  'resources',
  'ulimits',
  'shmSize',
  'sysctls',
  'stopSignal',
  'stopGraceSeconds',
  'labels',
] as const;

/** Keys that say nothing yet: an empty or false value is accepted, any other is refused. */
const LATER = ['networks', 'secrets', 'attachable', 'tty'] as const;

const REFUSED = {
  cniConfigPath: 'the capsule makes the network of a space itself',
  nestedCgroupRuntime: 'a container that needs cgroups of its own runs in a microVM',
  repos: 'build an image that holds the files, or mount a volume',
  git: 'build an image that holds the files, or mount a volume',
} as const;

export const CONTAINER_TABLE: FieldTable = {
  fields: [...CELL_CONTAINER_FIELDS, ...LATER],
  refused: REFUSED,
  synonyms: new Map([
    ['mounts', 'volumes'],
    ['environment', 'env'],
    ['restart', 'restartPolicy'],
    ['aliases', 'networksAliases'],
    ['entrypoint', 'command'],
  ]),
};

const POLICIES = {
  '': 'never',
  never: 'never',
  no: 'never',
  'on-failure': 'onFailure',
  always: 'always',
  'unless-stopped': 'unlessStopped',
} as const;

/** A document of `apiVersion: v1beta1`, `kind: Container`. */
export function readCellContainer(
  reader: DocumentReader,
  root: Place,
): ContainerManifest | undefined {
  const head = readHead(reader, root, CONTAINER_TABLE);
  if (head === undefined) return undefined;
  const { name, labels, spec } = head;
  const text = (key: keyof typeof DEFAULT_PARTS) =>
    readText(reader, spec.get(key)) || DEFAULT_PARTS[key];
  const cell = readText(reader, spec.get('cellId')) || name;
  const id = { realm: text('realmId'), space: text('spaceId'), stack: text('stackId'), cell };
  const ref = { cell: id, container: name };
  const read = readContainerSpec(reader, spec, { ref, at: 'spec', labels });
  return { ...read, name: [...Object.values(id), name].join('/') };
}

interface ContainerAt {
  readonly ref: ContainerRef;
  /** Path of the map that holds the fields. */
  readonly at: string;
  /** Those of `metadata:`. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Reads the fields of one container, of a document of its own or of a list in a cell. */
export function readContainerSpec(
  reader: DocumentReader,
  fields: ReadonlyMap<string, Place>,
  { ref, at, labels }: ContainerAt,
): ContainerDocument {
  const field = (name: (typeof CELL_CONTAINER_FIELDS)[number]) => fields.get(name);
  if (!fields.has('image')) reader.refuse(`${at}.image`, 'is missing');
  refuseLater(reader, fields, LATER);
  checkContainerdId(reader, field('containerdId'), ref);
  const healthCheck = readHealthCheck(reader, field('healthCheck'));
  const shmSize = field('shmSize');
  const spec: WorkloadSpec = completeSpec({
    name: ref.container,
    image: readText(reader, field('image')),
    command: readCommand(reader, field('command')),
    args: readWords(reader, field('args'), 'write one word in each item'),
    env: readEnvLines(reader, field('env')),
    ports: readPortTexts(reader, field('ports')),
    networkMode: readFlag(reader, field('hostNetwork')) ? 'host' : 'bridge',
    hostPid: readFlag(reader, field('hostPID')),
    hostIpc: readFlag(reader, field('hostIPC')),
    hostname: readText(reader, field('hostname')),
    extraHosts: readExtraHosts(reader, field('extraHosts')),
    dns: readDns(reader, field('dns')),
    privileged: readFlag(reader, field('privileged')),
    readOnlyRootFilesystem: readFlag(reader, field('readOnlyRootFilesystem')),
    workingDir: readText(reader, field('workingDir')),
    user: readNameOrNumber(reader, field('user')),
    capabilities: readCapabilities(reader, field('capabilities')),
    ulimits: readUlimits(reader, field('ulimits')),
    sysctls: readWordMap(reader, field('sysctls')),
    resources: readResources(reader, field('resources')),
    stopSignal: readNameOrNumber(reader, field('stopSignal')),
    dependsOn: readWords(reader, field('dependsOn')),
    ...(healthCheck && { healthCheck }),
    ...readLife(reader, field),
    ...mountsOf(reader, field('volumes'), field('tmpfs')),
    ...(shmSize && { shmSize: readSize(reader, shmSize) }),
    ...optional('groupAdd', readNamesOrNumbers(reader, field('groupAdd'))),
    ...optional('devices', readWords(reader, field('devices'))),
    ...optional('securityOpts', readWords(reader, field('securityOpts'))),
    ...optional('aliases', readWords(reader, field('networksAliases'))),
    labels: { ...readWordMap(reader, field('labels')), ...labels },
  });
  const isRoot = readFlag(reader, field('root'));
  return { ref, ...(isRoot && { isRoot }), spec };
}

type FieldOf = (name: (typeof CELL_CONTAINER_FIELDS)[number]) => Place | undefined;

function readLife(reader: DocumentReader, field: FieldOf): Partial<WorkloadSpec> {
  const backoff = field('restartBackoffSeconds');
  const retries = field('restartMaxRetries');
  const { stopGraceSeconds, minReadySeconds, updateTimeoutSeconds } = SPEC_DEFAULTS;
  return {
    restartPolicy: readChoice(reader, field('restartPolicy'), {
      words: POLICIES,
      what: 'a restart policy',
      absent: 'never',
    }),
    ...(backoff && { restartBackoffSeconds: reader.integer(backoff) ?? Number.NaN }),
    ...(retries && { restartMaxRetries: reader.integer(retries) ?? Number.NaN }),
    imagePullPolicy: readChoice(reader, field('imagePullPolicy'), {
      words: PULL_POLICIES,
      what: 'a pull policy',
      absent: SPEC_DEFAULTS.imagePullPolicy,
    }),
    updatePolicy: readChoice(reader, field('updatePolicy'), {
      words: UPDATE_POLICIES,
      what: 'an update policy',
      absent: SPEC_DEFAULTS.updatePolicy,
    }),
    stopGraceSeconds: readNumber(reader, field('stopGraceSeconds'), stopGraceSeconds),
    minReadySeconds: readNumber(reader, field('minReadySeconds'), minReadySeconds),
    updateTimeoutSeconds: readNumber(reader, field('updateTimeoutSeconds'), updateTimeoutSeconds),
  };
}

/** `tmpfs:` and the volumes of that kind are the same. */
function mountsOf(
  reader: DocumentReader,
  volumes: Place | undefined,
  tmpfs: Place | undefined,
): {
  readonly mounts: readonly VolumeMount[];
  readonly hostBindPaths: readonly HostBind[];
  readonly tmpfs: readonly TmpfsMount[];
} {
  const read = readVolumes(reader, volumes);
  return { ...read, tmpfs: [...readTmpfsMounts(reader, tmpfs), ...read.tmpfs] };
}

/** `tmpfs: [{path: /run, sizeBytes: 1048576, options: [noexec]}]` */
function readTmpfsMounts(reader: DocumentReader, place: Place | undefined): readonly TmpfsMount[] {
  const items = (place && reader.list(place)) ?? [];
  return items.flatMap((item): TmpfsMount[] => {
    const fields = reader.map(item, { fields: ['path', 'sizeBytes', 'options'] });
    if (fields === undefined) return [];
    if (!fields.has('path')) reader.refuse(`${item.path}.path`, 'is missing');
    const size = fields.get('sizeBytes');
    const options = readWords(reader, fields.get('options'));
    return [
      {
        mountPath: readText(reader, fields.get('path')),
        ...(size && { sizeBytes: reader.integer(size) ?? Number.NaN }),
        ...(options.length > 0 && { options }),
      },
    ];
  });
}

/** One program; a list of words is accepted, too. */
function readCommand(reader: DocumentReader, place: Place | undefined): readonly string[] {
  if (place === undefined) return [];
  if (!reader.isText(place)) return readWords(reader, place, 'or one program: /bin/sh');
  const program = readText(reader, place);
  return program === '' ? [] : [program];
}

/** `resources: {memoryLimitBytes, cpuShares, cpuMillis, pidsLimit}` */
function readResources(
  reader: DocumentReader,
  place: Place | undefined,
): WorkloadSpec['resources'] {
  const names = {
    memoryLimitBytes: 'memoryBytes',
    cpuMillis: 'cpuMillis',
    cpuShares: 'cpuShares',
    pidsLimit: 'pids',
  };
  const fields = place && reader.map(place, { fields: Object.keys(names) });
  const read = Object.entries(names).flatMap(([written, limit]) => {
    const value = fields?.get(written);
    return value === undefined ? [] : [[limit, reader.integer(value) ?? Number.NaN] as const];
  });
  return Object.fromEntries(read);
}

/** A number needs no quotes: `user: 1000`. */
function readNameOrNumber(reader: DocumentReader, place: Place | undefined): string {
  return (place && reader.word(place)) ?? '';
}

function optional<K extends string>(key: K, words: readonly string[]) {
  return (words.length === 0 ? {} : { [key]: words }) as { readonly [P in K]?: readonly string[] };
}

/** The capsule chooses the id: what `get -o yaml` printed is accepted, anything else refused. */
function checkContainerdId(
  reader: DocumentReader,
  place: Place | undefined,
  ref: ContainerRef,
): void {
  const id = place && reader.string(place);
  if (place === undefined || id === undefined || id === '' || isContainerdId(id, ref)) return;
  reader.refuse(
    place.path,
    `${JSON.stringify(id)} is not the id of this container`,
    'remove it: the capsule chooses the id',
  );
}
