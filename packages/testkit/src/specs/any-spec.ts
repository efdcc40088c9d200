import {
  CAPABILITY_NAMES,
  completeSpec,
  ULIMIT_NAMES,
  validateWorkload,
  type WorkloadSpec,
} from '@capsule/core';
import fc from 'fast-check';
import { anyMicroVm, asMicroVm } from './as-micro-vm.ts';

const plain = { noNullPrototype: true } as const;
const some = { ...plain, requiredKeys: [] };
const name = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,5}[a-z0-9])?$/);
/** With what YAML would take for something else. */
const text = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.constantFrom('yes', 'null', '1.0', '', ' a ', 'a: b', '- x', '#c', 'a\nb\n', '\t'),
    fc.constantFrom('0x1', '~', '{}', '"'),
  )
  .filter((value) => !value.includes('\0'));
const path = fc.stringMatching(/^\/[a-z0-9]{1,6}(\/[a-z0-9]{1,6}){0,2}$/);
const address = fc.constantFrom('192.0.2.1', '10.0.0.7');
const limit = fc.oneof(fc.constant('unlimited' as const), fc.nat({ max: 1_000_000 }));
const capabilities = fc.uniqueArray(fc.constantFrom('ALL', ...CAPABILITY_NAMES), { maxLength: 3 });

const probe = fc.oneof(
  fc.record(
    {
      kind: fc.constant('exec' as const),
      command: fc.array(fc.constantFrom('true', '/bin/check', '-q'), { minLength: 1 }),
    },
    plain,
  ),
  fc.record(
    {
      kind: fc.constant('http' as const),
      port: fc.integer({ min: 1, max: 65535 }),
      path: fc.constantFrom('/', '/health?full=1'),
      scheme: fc.constantFrom('http' as const, 'https' as const),
    },
    plain,
  ),
  fc.record({ kind: fc.constant('tcp' as const), port: fc.integer({ min: 1, max: 65535 }) }, plain),
);

const healthCheck = fc.record(
  {
    probe,
    intervalSeconds: fc.integer({ min: 1, max: 3600 }),
    timeoutSeconds: fc.integer({ min: 1, max: 3600 }),
    retries: fc.integer({ min: 1, max: 10 }),
    startPeriodSeconds: fc.nat({ max: 600 }),
    onFailure: fc.constantFrom('restart' as const, 'none' as const),
  },
  plain,
);

const groupAdd = fc.uniqueArray(fc.constantFrom('video', '44', '0'), {
  minLength: 1,
  maxLength: 2,
});

const written = {
  image: fc.constantFrom('nginx', 'docker.io/library/nginx:1.27', 'localhost:5000/a/b:1'),
  command: fc.array(text, { maxLength: 3 }),
  args: fc.array(text, { maxLength: 3 }),
  env: fc.dictionary(fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,6}$/), text, plain),
  networkMode: fc.constantFrom('bridge' as const, 'host' as const),
  ports: fc.uniqueArray(
    fc.record(
      {
        containerPort: fc.integer({ min: 1, max: 65535 }),
        hostPort: fc.integer({ min: 1, max: 65535 }),
        protocol: fc.constantFrom('tcp' as const, 'udp' as const),
      },
      plain,
    ),
    { maxLength: 3, selector: (port) => `${port.hostPort}/${port.protocol}` },
  ),
  hostname: fc.constantFrom('', 'web', 'web.lan'),
  user: fc.constantFrom('', 'app', '1000', '1000:1000', 'app:www'),
  workingDir: fc.oneof(fc.constant(''), path),
  restartPolicy: fc.constantFrom('always', 'onFailure', 'unlessStopped', 'never'),
  resources: fc.record(
    {
      memoryBytes: fc.integer({ min: 6 * 1024 ** 2, max: 2 ** 40 }),
      cpuMillis: fc.integer({ min: 10, max: 64_000 }),
      pids: fc.integer({ min: 1, max: 10_000 }),
    },
    some,
  ),
  minReadySeconds: fc.nat({ max: 600 }),
  stopSignal: fc.constantFrom('', 'SIGINT', 'QUIT', 'SIGRTMIN+3', '15'),
  stopGraceSeconds: fc.nat({ max: 600 }),
  labels: fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9./-]{0,6}[a-z0-9]$/), name, plain),
  tmpfs: fc.array(
    fc.record(
      {
        mountPath: path,
        sizeBytes: fc.integer({ min: 4096, max: 2 ** 40 }),
        mode: fc.integer({ min: 1, max: 0o7777 }),
      },
      { ...plain, requiredKeys: ['mountPath'] },
    ),
    { maxLength: 2 },
  ),
  readOnlyRootFilesystem: fc.boolean(),
  capabilities: fc.record({ add: capabilities, drop: capabilities }, plain),
  privileged: fc.boolean(),
  hostPid: fc.boolean(),
  hostIpc: fc.boolean(),
  hostBindPaths: fc.array(
    fc.record({ source: path, target: path, readOnly: fc.boolean() }, plain),
    {
      maxLength: 2,
    },
  ),
  mounts: fc.array(
    fc
      .record(
        {
          volumeName: name,
          mountPath: path,
          readOnly: fc.boolean(),
          copyUp: fc.boolean(),
          subPath: fc.constantFrom(undefined, 'a', 'data/pg'),
        },
        plain,
      )
      .map(({ subPath, ...mount }) =>
        subPath === undefined ? mount : { ...mount, subPath, copyUp: false },
      ),
    { maxLength: 2 },
  ),
  ulimits: fc.uniqueArray(
    fc.record({ name: fc.constantFrom(...ULIMIT_NAMES), soft: limit, hard: limit }, plain),
    { maxLength: 2, selector: (ulimit) => ulimit.name },
  ),
  sysctls: fc.dictionary(fc.constantFrom('net.core.somaxconn', 'kernel.msgmax'), name, plain),
  extraHosts: fc.array(fc.record({ hostname: name, address }, plain), { maxLength: 2 }),
  dns: fc.record(
    {
      nameservers: fc.array(address, { maxLength: 2 }),
      searches: fc.array(name, { maxLength: 2 }),
      options: fc.array(fc.constantFrom('ndots:2', 'rotate'), { maxLength: 2 }),
    },
    plain,
  ),
  dependsOn: fc.uniqueArray(fc.constantFrom('db', 'cache', 'queue'), { maxLength: 3 }),
  imagePullPolicy: fc.constantFrom('ifNotPresent', 'always', 'never'),
  updatePolicy: fc.constantFrom('replace', 'rollback'),
  updateTimeoutSeconds: fc.integer({ min: 1, max: 600 }),
} as const;

/** Any spec that keeps the rules; for tests of every package. */
export const anySpec: fc.Arbitrary<WorkloadSpec> = fc
  .record(
    {
      ...written,
      name,
      healthCheck: fc.option(healthCheck, { nil: undefined }),
      groupAdd: fc.option(groupAdd, { nil: undefined }),
      devices: fc.option(fc.constant(['/dev/fuse', '/dev/dri']), { nil: undefined }),
      shmSize: fc.option(fc.integer({ min: 4096, max: 2 ** 40 }), { nil: undefined }),
      microVm: fc.option(anyMicroVm, { nil: undefined, freq: 1 }),
    },
    plain,
  )
  .map(({ healthCheck: check, microVm, groupAdd, shmSize, devices, ...written }) => {
    const spec = completeSpec({
      ...written,
      ...(check && { healthCheck: check }),
      ...(groupAdd && { groupAdd }),
      ...(devices && { devices }),
      ...(shmSize !== undefined && !written.hostIpc && { shmSize }),
    });
    return withoutClash(microVm === undefined ? spec : asMicroVm(spec, microVm));
  })
  .filter((spec) => validateWorkload(spec).length === 0);

/** Leaves out fields that the network's mode makes impossible; otherwise too few specs would remain. */
function withoutClash(spec: WorkloadSpec): WorkloadSpec {
  const isHost = spec.networkMode === 'host';
  const sysctls = Object.entries(spec.sysctls).filter(([key]) =>
    key.startsWith('net.') ? !isHost : !spec.hostIpc,
  );
  const targets = new Set<string>();
  const isFree = (target: string) => !targets.has(target) && targets.add(target) !== undefined;
  return {
    ...spec,
    ...(isHost
      ? { ports: [], extraHosts: [], dns: { nameservers: [], searches: [], options: [] } }
      : {}),
    sysctls: Object.fromEntries(sysctls),
    tmpfs: spec.tmpfs.filter(({ mountPath }) => isFree(mountPath)),
    hostBindPaths: spec.hostBindPaths.filter(({ target }) => isFree(target)),
    mounts: spec.mounts.filter(({ mountPath }) => isFree(mountPath)),
    ulimits: spec.ulimits.filter(
      ({ soft, hard }) => hard === 'unlimited' || (soft !== 'unlimited' && soft <= hard),
    ),
    dependsOn: spec.dependsOn.filter((needed) => needed !== spec.name),
  };
}
