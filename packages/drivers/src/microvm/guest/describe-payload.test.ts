import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ContainerSpec, refOfWorkload, SPEC_DEFAULTS } from '@capsule/core';
import { parseCapabilityMask } from '../../oci/capability-set.ts';
import { describeOciSpec } from '../../oci/oci-spec.ts';
import { describePayload, networkSysctls } from './describe-payload.ts';

const SPEC: ContainerSpec = {
  ...SPEC_DEFAULTS,
  ref: refOfWorkload('web'),
  role: 'root',
  image: 'docker.io/library/nginx:latest',
  hostname: 'web',
  user: 'app',
  resources: { pids: 50, cpuMillis: 500 },
  sysctls: { 'net.core.somaxconn': '64', 'kernel.shmmax': '1' },
  network: { namespacePath: '/run/netns/web' },
  volumes: [
    { name: 'data', source: '/volumes/data', target: '/data', readOnly: true, copyUp: true },
  ],
  files: [{ source: '/run/capsule-net/web/hosts', target: '/etc/hosts' }],
  logPath: '/log',
  revision: '1',
};
const PARTS = {
  image: {
    entrypoint: ['/entry'],
    cmd: ['cmd'],
    env: ['A=1'],
    workingDir: '/srv',
    user: '',
    stopSignal: '',
    diffIds: [],
  },
  user: { uid: 33, gid: 33, additionalGids: [33], home: '/srv' },
  architecture: 'amd64',
  openFiles: 20_000,
} as const;

/** The differences in a microVM, and their reasons; everything else is the same as in a container. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  'root.path': 'its agent mounts the root',
  'linux.cgroupsPath': 'the cgroups are those of the guest',
  'linux.namespaces': 'the network is that of the guest, which has no other',
  'linux.resources': 'processor time is limited from outside, memory by the size of the machine',
  'linux.sysctl': 'those of the network are set by its agent, before the payload',
  mounts: 'files and volumes come from the agent’s folders',
};

test('the payload of a microVM is that of a container, except for the table of differences', () => {
  const available = parseCapabilityMask('1ffffffffff');
  const inContainer = describeOciSpec({
    container: SPEC,
    ...PARTS,
    available,
    devices: [],
    hasSwapLimit: true,
  });
  const inGuest = describePayload({ spec: SPEC, ...PARTS });
  assert.deepEqual(differing(inContainer, inGuest).toSorted(), Object.keys(DIFFERENCES).toSorted());
});

test('files and volumes are bound from the guest’s folders', () => {
  const { mounts } = describePayload({ spec: SPEC, ...PARTS });
  const sourceOf = (target: string) => mounts.find((one) => one.destination === target)?.source;
  assert.equal(sourceOf('/data'), '/run/capsule/volumes/data');
  assert.equal(sourceOf('/etc/hosts'), '/run/capsule/files/hosts');
});

test('sysctls of the network are set in the guest, others in the payload', () => {
  assert.equal(networkSysctls(SPEC)['net.core.somaxconn'], '64');
  assert.equal(networkSysctls(SPEC)['kernel.shmmax'], undefined);
  assert.deepEqual(describePayload({ spec: SPEC, ...PARTS }).linux.sysctl, {
    'kernel.shmmax': '1',
  });
});

function differing(one: object, other: object, path = '', depth = 2): string[] {
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return keys.flatMap((key) => {
    const [a, b] = [(one as never)[key] as unknown, (other as never)[key] as unknown];
    const place = path === '' ? key : `${path}.${key}`;
    if (JSON.stringify(a) === JSON.stringify(b)) return [];
    const isDeep = depth > 1 && isRecord(a) && isRecord(b);
    return isDeep ? differing(a, b, place, depth - 1) : [place];
  });
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
