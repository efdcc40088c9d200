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
  cpu: word('Number of processors: 0.5, 2, 500m.', { pattern: '^(\\d+m|\\d+(\\.\\d{1,3})?)$' }),
  pids: whole('Number of processes and threads.', { minimum: 1 }),
};

const healthCheck: JsonSchema = {
  ...fields('Checks regularly whether the program works, by exactly one of exec, http and tcp.', {
    exec: fields(
      'Healthy if the command ends with exit code 0.',
      { command: texts('The command, one word in each item.') },
      ['command'],
    ),
    http: fields(
      'Healthy if the response has a status from 200 to 399.',
      {
        port: port('Port of the workload.'),
        path: text('The path of the request.', { default: '/', ...ABSOLUTE }),
        scheme: { enum: ['http', 'https'], default: 'http' },
      },
      ['port'],
    ),
    tcp: fields('Healthy if a connection can be opened.', { port: port('Port of the workload.') }, [
      'port',
    ]),
    intervalSeconds: seconds('Seconds between two probes.', HEALTH_DEFAULTS.intervalSeconds),
    timeoutSeconds: seconds('Seconds that a response may take.', HEALTH_DEFAULTS.timeoutSeconds),
    retries: whole('Consecutive failures after which the workload is unhealthy.', {
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
      description:
        'restart: the capsule stops the workload, and the restart policy decides. none: the status reports it.',
    },
  }),
  oneOf: [{ required: ['exec'] }, { required: ['http'] }, { required: ['tcp'] }],
};

/** Everything that a `container:` block may hold; the compiler asks for each field. */
export const CONTAINER_PROPERTIES: Readonly<Record<(typeof CONTAINER_FIELDS)[number], JsonSchema>> =
  {
    image: text(
      'Image reference. Without a registry it means docker.io; without a tag it means latest.',
      {
        minLength: 1,
      },
    ),
    imagePullPolicy: choice(
      'When the capsule pulls: if the cache has no such image, at every change and start, or never.',
      PULL_POLICIES,
      'IfNotPresent',
    ),
    command: texts('Replaces the entrypoint and the cmd of the image. One word in each item.'),
    args: texts('Replaces the cmd of the image. One word in each item.'),
    workingDir: text('Replaces the working directory of the image.', ABSOLUTE),
    user: word('Name or number, optionally with :group. Replaces the user of the image.'),
    groupAdd: list('Names or numbers of groups, in addition to those of the user.', {
      type: ['string', 'number'],
    }),
    env: either(
      'Added to the variables of the image.',
      map('Names and values.', { type: 'string' }),
      list('Names and values.', fields('', { name: text(''), value: text('') }, ['name'])),
    ),
    hostname: text('Host name; default: the name of the workload.'),
    networkMode: choice(
      "The workload's own address, or the network of the capsule.",
      NETWORK_MODES,
      'NETWORK_MODE_BRIDGE',
    ),
    ports: list(
      'Ports of the workload to publish on the capsule; bridge only.',
      fields(
        '',
        {
          containerPort: port('Port of the workload.'),
          hostPort: port('Port of the capsule; the capsule itself uses 50000/tcp.'),
          protocol: { enum: ['tcp', 'udp'], default: 'tcp' },
          hostAddress: text('IPv4 address of the capsule. Default: each of them.'),
        },
        ['containerPort', 'hostPort'],
      ),
    ),
    extraHosts: either(
      'Additional lines of /etc/hosts; bridge only.',
      map('Names and addresses.', { type: 'string' }),
      list('', fields('', { hostname: text(''), address: text('') }, ['hostname', 'address'])),
    ),
    dns: fields('Each list replaces the same list of the capsule; bridge only.', {
      nameservers: texts('Addresses.'),
      searches: texts('Domains.'),
      options: texts('Options of resolv.conf(5).'),
    }),
    restartPolicy: choice(
      'Whether the capsule restarts the program after it exits by itself.',
      RESTART_POLICIES,
      'always',
    ),
    healthCheck,
    minReadySeconds: seconds(
      'How long a started process must run to be ready. Not used with a health check.',
      1,
      0,
    ),
    dependsOn: texts(
      'Workloads that must be ready or done before the capsule starts this workload.',
    ),
    stopSignal: word('SIGTERM, TERM or 15. Replaces the stop signal of the image.'),
    stopGraceSeconds: seconds('Seconds between the stop signal and the kill.', 10, 0),
    updatePolicy: choice(
      'Whether the capsule rolls back a change that does not become ready.',
      UPDATE_POLICIES,
      'replace',
    ),
    updateTimeoutSeconds: seconds(
      'With rollback: seconds after which a change that is not ready is rolled back.',
      120,
    ),
    resources: fields('Limits. The capsule changes them without a restart.', {
      memory: word('Memory limit: 256MiB. K, M, G and T are powers of 1024.', SIZE),
      ...CPU_AND_PIDS,
    }),
    tmpfs: list('File systems in memory.', {
      anyOf: [
        text('Mount path.', ABSOLUTE),
        fields(
          '',
          {
            mountPath: text('Mount path.', ABSOLUTE),
            size: word('16MiB', SIZE),
            mode: word('Mode in octal, in quotes: "0755".'),
          },
          ['mountPath'],
        ),
      ],
    }),
    readOnlyRootFilesystem: flag('Only tmpfs, volumes and bound paths are writable.'),
    capabilities: fields(
      'Names with or without CAP_, or ALL. The capsule applies drop before add.',
      {
        add: texts('Capabilities to add to the default set.'),
        drop: texts('Capabilities to remove from the default set.'),
      },
    ),
    devices: list(
      'Device files of the capsule, or folders of them, at the same path: /dev/dri.',
      text('', { pattern: '^/dev/.' }),
    ),
    privileged: flag('All capabilities and devices, no seccomp filter, no masked paths.'),
    hostPid: flag('Uses the PID namespace of the capsule.'),
    hostIpc: flag('Uses the IPC namespace of the capsule.'),
    hostBindPaths: list(
      'Paths of the capsule to mount in the container.',
      text('SOURCE[:TARGET][:ro]', ABSOLUTE),
    ),
    mounts: list(
      'Volumes.',
      fields(
        '',
        {
          volumeName: text('Name of an existing volume.'),
          mountPath: text('Mount path.', ABSOLUTE),
          readOnly: flag('Mounts the volume read-only.'),
          subPath: text('Mounts only this folder of the volume.'),
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
      'Limits of setrlimit(2), in lower case.',
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
    shmSize: word('The most that /dev/shm holds; changed without a restart. Default: 64M.', SIZE),
    sysctls: map('net.* (bridge only), kernel.shm*, kernel.msg*, kernel.sem, fs.mqueue.*', {
      type: ['string', 'number'],
    }),
    labels: map('Labels for the flag -l. They have no effect on the container.', {
      type: ['string', 'number'],
    }),
  };

export const CONTAINER_SCHEMA = fields('The container to run.', CONTAINER_PROPERTIES, ['image']);
