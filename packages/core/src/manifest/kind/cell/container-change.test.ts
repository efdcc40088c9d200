import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refOfWorkload } from '../../../resource/cell/container-ref.ts';
import { completeSpec } from '../../../resource/workload/complete-spec.ts';
import type { WorkloadSpec } from '../../../resource/workload/workload.ts';
import { needsNewContainer } from '../workload/workload-change.ts';
import { describeContainerChange } from './container-change.ts';

const containerOf = (change: Partial<WorkloadSpec> = {}) => ({
  ref: refOfWorkload('web'),
  spec: completeSpec({ name: 'web', image: 'nginx', ...change }),
});

type Field = Exclude<keyof WorkloadSpec, 'name' | 'kind' | 'microVm'>;

/** Of each field of a spec a value, and the field of a manifest that says it. The compiler asks for every field. */
const FIELDS: Readonly<Record<Field, readonly [Partial<WorkloadSpec>, string]>> = {
  image: [{ image: 'redis' }, 'image'],
  command: [{ command: ['sh'] }, 'command'],
  args: [{ args: ['-c'] }, 'args'],
  env: [{ env: { A: '1' } }, 'env'],
  networkMode: [{ networkMode: 'host' }, 'hostNetwork'],
  ports: [{ ports: [{ containerPort: 80, hostPort: 8080, protocol: 'tcp' }] }, 'ports'],
  aliases: [{ aliases: ['db'] }, 'networksAliases'],
  hostname: [{ hostname: 'db' }, 'hostname'],
  user: [{ user: '1000' }, 'user'],
  groupAdd: [{ groupAdd: ['44'] }, 'groupAdd'],
  workingDir: [{ workingDir: '/tmp' }, 'workingDir'],
  restartPolicy: [{ restartPolicy: 'never' }, 'restartPolicy'],
  restartBackoffSeconds: [{ restartBackoffSeconds: 2 }, 'restartBackoffSeconds'],
  restartMaxRetries: [{ restartMaxRetries: 2 }, 'restartMaxRetries'],
  resources: [{ resources: { memoryBytes: 1 } }, 'resources'],
  healthCheck: [
    {
      healthCheck: {
        probe: { kind: 'exec', command: ['true'] },
        intervalSeconds: 1,
        timeoutSeconds: 1,
        retries: 1,
        startPeriodSeconds: 1,
        onFailure: 'restart',
      },
    },
    'healthCheck',
  ],
  minReadySeconds: [{ minReadySeconds: 2 }, 'minReadySeconds'],
  stopSignal: [{ stopSignal: 'SIGINT' }, 'stopSignal'],
  stopGraceSeconds: [{ stopGraceSeconds: 2 }, 'stopGraceSeconds'],
  labels: [{ labels: { app: 'web' } }, 'labels'],
  tmpfs: [{ tmpfs: [{ mountPath: '/run' }] }, 'tmpfs'],
  readOnlyRootFilesystem: [{ readOnlyRootFilesystem: true }, 'readOnlyRootFilesystem'],
  capabilities: [{ capabilities: { add: [], drop: ['ALL'] } }, 'capabilities'],
  devices: [{ devices: ['/dev/fuse'] }, 'devices'],
  privileged: [{ privileged: true }, 'privileged'],
  hostPid: [{ hostPid: true }, 'hostPID'],
  hostIpc: [{ hostIpc: true }, 'hostIPC'],
  hostBindPaths: [{ hostBindPaths: [{ source: '/a', target: '/b', readOnly: true }] }, 'volumes'],
  ulimits: [{ ulimits: [{ name: 'nofile', soft: 1, hard: 1 }] }, 'ulimits'],
  shmSize: [{ shmSize: 4096 }, 'shmSize'],
  sysctls: [{ sysctls: { 'net.core.somaxconn': '1' } }, 'sysctls'],
  securityOpts: [{ securityOpts: ['no-new-privileges'] }, 'securityOpts'],
  extraHosts: [{ extraHosts: [{ hostname: 'a', address: '10.0.0.1' }] }, 'extraHosts'],
  dns: [{ dns: { nameservers: ['9.9.9.9'], searches: [], options: [] } }, 'dns'],
  dependsOn: [{ dependsOn: ['db'] }, 'dependsOn'],
  mounts: [
    { mounts: [{ volumeName: 'data', mountPath: '/d', readOnly: false, copyUp: true }] },
    'volumes',
  ],
  imagePullPolicy: [{ imagePullPolicy: 'always' }, 'imagePullPolicy'],
  updatePolicy: [{ updatePolicy: 'rollback' }, 'updatePolicy'],
  updateTimeoutSeconds: [{ updateTimeoutSeconds: 5 }, 'updateTimeoutSeconds'],
};

test('a change of any field is a change of the field of a manifest that says it, and of no other', () => {
  const before = containerOf();
  for (const [field, [change, name]] of Object.entries(FIELDS)) {
    const after = containerOf(change);
    const changes = describeContainerChange(before, after);
    const names = changes.map(({ path }) => path.replace(/[.[].*$/, ''));
    assert.deepEqual([...new Set(names)], [name], field);
    const recreates = changes.some((one) => one.recreates);
    assert.equal(recreates, needsNewContainer(before.spec, after.spec), field);
    assert.equal(describeContainerChange(after, before).length > 0, true, field);
    assert.deepEqual(describeContainerChange(after, containerOf(change)), [], field);
  }
});

test('values are shown as a manifest writes them; one variable is one change', () => {
  const before = containerOf({ env: { A: '1', B: '1' }, resources: { memoryBytes: 1 } });
  const after = containerOf({ env: { A: '1', B: '2' }, resources: { memoryBytes: 2 } });
  assert.deepEqual(describeContainerChange(before, after), [
    { path: 'env.B', before: '1', after: '2', recreates: true },
    { path: 'resources.memoryLimitBytes', before: 1, after: 2, recreates: false },
  ]);
});

test('another order of what has none, and another spelling of an image, change nothing', () => {
  const limits = [
    { name: 'core', soft: 0, hard: 0 },
    { name: 'nofile', soft: 1, hard: 2 },
  ];
  const ports = [8001, 8002].map((hostPort) => ({
    hostPort,
    containerPort: 80,
    protocol: 'tcp' as const,
  }));
  const first = {
    image: 'nginx',
    ports,
    ulimits: limits,
    aliases: ['a', 'b'],
    capabilities: { add: ['CAP_CHOWN', 'CAP_KILL'], drop: ['ALL'] },
    tmpfs: [{ mountPath: '/a' }, { mountPath: '/b', options: ['ro', 'noexec'] }],
    dependsOn: ['x', 'y'],
  };
  const second = {
    image: 'docker.io/library/nginx:latest',
    ports: ports.toReversed(),
    ulimits: limits.toReversed(),
    aliases: ['b', 'a'],
    capabilities: { add: ['CAP_KILL', 'CAP_CHOWN'], drop: ['ALL'] },
    tmpfs: first.tmpfs.toReversed(),
    dependsOn: ['y', 'x'],
  };
  assert.deepEqual(describeContainerChange(containerOf(first), containerOf(second)), []);
  assert.equal(needsNewContainer(containerOf(first).spec, containerOf(second).spec), false);
  for (const other of [
    { args: ['b', 'a'] },
    { tmpfs: [{ mountPath: '/a' }, { mountPath: '/b', options: ['noexec', 'ro'] }] },
    { capabilities: { add: ['ALL'], drop: ['CAP_CHOWN', 'CAP_KILL'] } },
    { image: 'nginx:1' },
  ]) {
    const before = containerOf({ ...first, args: ['a', 'b'] });
    const after = containerOf({ ...first, args: ['a', 'b'], ...other });
    assert.equal(describeContainerChange(before, after).length > 0, true, JSON.stringify(other));
    assert.equal(needsNewContainer(before.spec, after.spec), true, JSON.stringify(other));
  }
});
