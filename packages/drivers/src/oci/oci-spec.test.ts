import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type ContainerSpec,
  containerCgroup,
  DEFAULT_CAPABILITIES,
  refOfWorkload,
} from '@capsule/core';
import { plainContainer } from '@capsule/testkit/plain-container';
import { readImageConfig } from './image-config.ts';
import { describeOciSpec } from './oci-spec.ts';

const container = plainContainer({
  ref: refOfWorkload('web'),
  image: 'docker.io/library/web:1',
  env: { A: 'b' },
  network: { namespacePath: '/run/netns/main_default_default_web' },
  files: [{ source: '/run/hosts', target: '/etc/hosts' }],
});

const image = readImageConfig({ config: { Cmd: ['serve'], WorkingDir: 'srv' } });
const user = { uid: 101, gid: 102, additionalGids: [102], home: '/srv' };

function describe(more: Partial<ContainerSpec> = {}) {
  return describeOciSpec({
    container: { ...container, ...more },
    image,
    user,
    architecture: 'amd64',
    available: DEFAULT_CAPABILITIES,
    devices: [],
    hasSwapLimit: true,
    openFiles: 20_000,
  });
}

test('a container of a cell joins its network, and has all other namespaces of its own', () => {
  const { linux } = describe();
  const own = ['pid', 'ipc', 'uts', 'mount', 'cgroup'].map((type) => ({ type }));
  const network = { type: 'network', path: '/run/netns/main_default_default_web' };
  assert.deepEqual(linux.namespaces, [...own, network]);
  assert.equal(linux.sysctl?.['net.ipv4.ip_unprivileged_port_start'], '0');
});

test("host mode keeps the capsule's network and its settings", () => {
  const { linux } = describe({ network: 'host' });
  assert.equal(
    linux.namespaces.some(({ type }) => type === 'network'),
    false,
  );
  assert.deepEqual(linux.sysctl, {});
});

test('a sibling leaves the settings of the namespaces to the root', () => {
  assert.deepEqual(describe({ role: 'sibling' }).linux.sysctl, {});
});

test('the cgroup follows the hierarchy, and names the role', () => {
  assert.equal(describe().linux.cgroupsPath, '/kukeon/main/default/default/web/web_root');
  const ref = { cell: container.ref.cell, container: 'side' };
  assert.equal(
    containerCgroup({ ref, role: 'sibling' }),
    '/kukeon/main/default/default/web/side_side',
  );
});

test('the process is that of image and spec, as its user, without new privileges', () => {
  const { process } = describe();
  assert.deepEqual(process.args, ['serve']);
  assert.equal(process.cwd, '/srv');
  assert.deepEqual(process.user, { uid: 101, gid: 102, additionalGids: [102] });
  assert.equal(process.noNewPrivileges, true);
  assert.equal(process.oomScoreAdj, 0);
  assert.equal(process.capabilities.bounding.length, 14);
  assert.equal(process.capabilities.bounding.includes('CAP_SYS_ADMIN'), false);
});

test('files are bound read-only, after the kernel file systems', () => {
  const last = describe().mounts.at(-1);
  assert.equal(last?.destination, '/etc/hosts');
  assert.ok(last?.options.includes('ro'));
});

test('an outer place is mounted before an inner one, however they are spelt', () => {
  const tmpfs = ['/srv/data/in', '/srv/.//./data'].map((mountPath) => ({ mountPath }));
  const places = describe({ tmpfs }).mounts.map(({ destination }) => destination);
  assert.deepEqual(
    places.filter((place) => place.startsWith('/srv')),
    ['/srv/data', '/srv/data/in'],
  );
});

test('all devices are denied before any is allowed', () => {
  assert.deepEqual(describe().linux.resources.devices?.[0], { allow: false, access: 'rwm' });
});

const SHARED = { ipc: '/run/cell/ipc', uts: '/run/cell/uts', shm: '/run/cell/shm' };

function shmOf(more: Partial<ContainerSpec>) {
  return describe(more).mounts.find(({ destination }) => destination === '/dev/shm');
}

test('a container of a cell shares IPC, host name and shared memory with its siblings', () => {
  const { linux } = describe({ shared: SHARED });
  const joined = linux.namespaces.filter(({ path }) => path !== undefined);
  assert.deepEqual(joined, [
    { type: 'ipc', path: '/run/cell/ipc' },
    { type: 'uts', path: '/run/cell/uts' },
    { type: 'network', path: '/run/netns/main_default_default_web' },
  ]);
  assert.equal(shmOf({ shared: SHARED })?.source, '/run/cell/shm');
});

test("hostIpc wins over the cell's IPC", () => {
  const { linux } = describe({ shared: SHARED, hostIpc: true });
  assert.equal(
    linux.namespaces.some(({ type }) => type === 'ipc'),
    false,
  );
  assert.equal(shmOf({ shared: SHARED, hostIpc: true })?.source, '/dev/shm');
});

test('security options decide over new privileges and the filter, and over nothing else', () => {
  const usual = describe();
  const loose = describe({ securityOpts: ['no-new-privileges=false', 'seccomp=unconfined'] });
  assert.equal(loose.process.noNewPrivileges, false);
  assert.equal(loose.linux.seccomp, undefined);
  assert.deepEqual(loose.linux.maskedPaths, usual.linux.maskedPaths);
  assert.deepEqual(loose.process.capabilities, usual.process.capabilities);
  assert.equal(describe({ privileged: true }).process.noNewPrivileges, false);
  const strict = describe({ privileged: true, securityOpts: ['no-new-privileges'] });
  assert.equal(strict.process.noNewPrivileges, true);
});

test('options of a tmpfs come after the usual ones, so they win', () => {
  const tmpfs = [{ mountPath: '/x', sizeBytes: 4096, options: ['exec', 'size=8192', 'uid=5'] }];
  const mount = describe({ tmpfs }).mounts.find(({ destination }) => destination === '/x');
  assert.deepEqual(mount?.options, [
    ...['nosuid', 'nodev', 'mode=1777', 'size=4096'],
    ...['exec', 'size=8192', 'uid=5'],
  ]);
});

test('a program knows its place', () => {
  const { env } = describe().process;
  const cgroup = '/sys/fs/cgroup/kukeon/main/default/default/web/web_root';
  for (const line of [
    'KUKEON_REALM=main',
    'KUKEON_SPACE=default',
    'KUKEON_STACK=default',
    'KUKEON_CELL_NAME=web',
    'KUKEON_CONTAINER_ID=web',
    `KUKEON_CGROUP_PATH=${cgroup}`,
  ]) {
    assert.ok(env.includes(line), line);
  }
});
