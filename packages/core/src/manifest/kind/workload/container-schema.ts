import { HEALTH_DEFAULTS } from '../../../resource/cell/health-check.ts';
import {
  NETWORK_MODES,
  PULL_POLICIES,
  RESTART_POLICIES,
  UPDATE_POLICIES,
} from '../../read/policy-words.ts';
import {
  choice,
  either,
  fields,
  flag,
  type JsonSchema,
  list,
  map,
  SIZE,
  text,
  texts,
  whole,
  word,
} from '../../schema/json-schema.ts';
import type { CONTAINER_FIELDS } from './read-container.ts';

const PORT = { minimum: 1, maximum: 65535 };
export const ABSOLUTE = { pattern: '^/' };

const port = (description: string) => whole(description, PORT);
const seconds = (description: string, usual: number, minimum = 1) =>
  whole(description, { minimum, default: usual });

export const CPU_AND_PIDS = {
  cpu: word('Processors: 0.5, 2, 500m.', { pattern: '^(\\d+m|\\d+(\\.\\d{1,3})?)$' }),
  pids: whole('Processes and threads.', { minimum: 1 }),
};

const healthCheck: JsonSchema = {
  ...fields('Asks now and then whether the program serves: exactly one of exec, http and tcp.', {
    exec: fields('Healthy when the command ends with 0.', { command: texts('A word an item.') }, [
      'command',
    ]),
    http: fields(
      'Healthy when the answer has a status from 200 to 399.',
      {
        port: port('Of the workload.'),
        path: text('The path of the request.', { default: '/', ...ABSOLUTE }),
        scheme: { enum: ['http', 'https'], default: 'http' },
      },
      ['port'],
    ),
    tcp: fields('Healthy when a connection can be opened.', { port: port('Of the workload.') }, [
      'port',
    ]),
    intervalSeconds: seconds('Between two probes.', HEALTH_DEFAULTS.intervalSeconds),
    timeoutSeconds: seconds('How long an answer may take.', HEALTH_DEFAULTS.timeoutSeconds),
    retries: whole('Failures in a row that make it unhealthy.', {
      minimum: 1,
      default: HEALTH_DEFAULTS.retries,
    }),
    startPeriodSeconds: seconds(
      'Failures in this time after a start do not count.',
      HEALTH_DEFAULTS.startPeriodSeconds,
      0,
    ),
    onFailure: {
      enum: ['restart', 'none', 'HEALTH_FAILURE_ACTION_RESTART', 'HEALTH_FAILURE_ACTION_NONE'],
      default: HEALTH_DEFAULTS.onFailure,
      description: 'restart: it is stopped, and its restart policy decides. none: it is reported.',
    },
  }),
  oneOf: [{ required: ['exec'] }, { required: ['http'] }, { required: ['tcp'] }],
};

/** Everything that a `container:` block may hold; the compiler asks for each field. */
export const CONTAINER_PROPERTIES: Readonly<Record<(typeof CONTAINER_FIELDS)[number], JsonSchema>> =
  {
    image: text('Reference; a short reference is of docker.io, and without a tag it is latest.', {
      minLength: 1,
    }),
    imagePullPolicy: choice(
      'When the registry is asked: if the cache has no such image, at every change and start, never.',
      PULL_POLICIES,
      'IfNotPresent',
    ),
    command: texts("Replaces the image's entrypoint; its cmd is dropped then. A word an item."),
    args: texts("Replaces the image's cmd. A word an item."),
    workingDir: text("Instead of the image's.", ABSOLUTE),
    user: word("Name or number, optionally :group; instead of the image's."),
    env: either(
      "Added to the image's.",
      map('Names and values.', { type: 'string' }),
      list('Names and values.', fields('', { name: text(''), value: text('') }, ['name'])),
    ),
    hostname: text("Instead of the workload's name."),
    networkMode: choice(
      "An address of its own, or the capsule's network.",
      NETWORK_MODES,
      'NETWORK_MODE_BRIDGE',
    ),
    ports: list(
      'Ports of the capsule that lead to the workload; bridge only.',
      fields(
        '',
        {
          containerPort: port('Of the workload.'),
          hostPort: port('Of the capsule; 50000/tcp is its own.'),
          protocol: { enum: ['tcp', 'udp'], default: 'tcp' },
        },
        ['containerPort', 'hostPort'],
      ),
    ),
    extraHosts: either(
      'More lines of /etc/hosts; bridge only.',
      map('Names and addresses.', { type: 'string' }),
      list('', fields('', { hostname: text(''), address: text('') }, ['hostname', 'address'])),
    ),
    dns: fields("Each list that is there replaces the capsule's own; bridge only.", {
      nameservers: texts('Addresses.'),
      searches: texts('Domains.'),
      options: texts('As resolv.conf(5) has them.'),
    }),
    restartPolicy: choice(
      'Whether the capsule restarts the program when it exits by itself.',
      RESTART_POLICIES,
      'always',
    ),
    healthCheck,
    minReadySeconds: seconds(
      'How long a started process must stay up to be ready; a health check decides instead.',
      1,
      0,
    ),
    dependsOn: texts('Workloads that must be ready, or done, before this one is started.'),
    stopSignal: word("SIGTERM, TERM or 15; instead of the image's."),
    stopGraceSeconds: seconds('After the signal, before it is killed.', 10, 0),
    updatePolicy: choice(
      'Whether the capsule rolls back a change that does not become ready.',
      UPDATE_POLICIES,
      'replace',
    ),
    updateTimeoutSeconds: seconds('With rollback: how long a change may take.', 120),
    resources: fields('Limits; changed while it runs.', {
      memory: word('256MiB; K, M, G and T are binary.', SIZE),
      ...CPU_AND_PIDS,
    }),
    tmpfs: list('File systems in memory.', {
      anyOf: [
        text('Where it is mounted.', ABSOLUTE),
        fields(
          '',
          {
            mountPath: text('Where it is mounted.', ABSOLUTE),
            size: word('16MiB', SIZE),
            mode: word('Octal, in quotes: "0755".'),
          },
          ['mountPath'],
        ),
      ],
    }),
    readOnlyRootFilesystem: flag('Nothing can be written but to tmpfs and bound paths.'),
    capabilities: fields('With or without CAP_, or ALL; drop comes first.', {
      add: texts('Given beside the usual ones.'),
      drop: texts('Taken away.'),
    }),
    privileged: flag('All capabilities and devices, no seccomp filter, no masked paths.'),
    hostPid: flag("Shares the capsule's processes."),
    hostIpc: flag("Shares the capsule's IPC."),
    hostBindPaths: list('Paths of the capsule.', text('SOURCE[:TARGET][:ro]', ABSOLUTE)),
    mounts: list(
      'Volumes.',
      fields(
        '',
        {
          volumeName: text('Of a volume that exists.'),
          mountPath: text('Where it appears.', ABSOLUTE),
          readOnly: flag('Nothing can be written there.'),
          subPath: text('The folder of the volume that appears, instead of all of it.'),
          copyUp: {
            type: 'boolean',
            default: true,
            description:
              'The capsule copies the content of the image at this path into a new volume.',
          },
        },
        ['volumeName', 'mountPath'],
      ),
    ),
    ulimits: list(
      'As setrlimit(2) has them, in lower case.',
      fields(
        '',
        {
          name: text('nofile, nproc, …'),
          soft: { anyOf: [{ type: 'integer', minimum: 0 }, { const: 'unlimited' }] },
          hard: { anyOf: [{ type: 'integer', minimum: 0 }, { const: 'unlimited' }] },
        },
        ['name', 'hard'],
      ),
    ),
    sysctls: map('net.* (bridge only), kernel.shm*, kernel.msg*, kernel.sem, fs.mqueue.*', {
      type: ['string', 'number'],
    }),
    labels: map('For -l; without effect on the container.', { type: ['string', 'number'] }),
  };

export const CONTAINER_SCHEMA = fields('The container to run.', CONTAINER_PROPERTIES, ['image']);
