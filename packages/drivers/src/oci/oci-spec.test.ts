import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ContainerSpec, containerCgroup, refOfWorkload } from '@capsule/core';
import { plainContainer } from '@capsule/testkit/plain-container';
import { DEFAULT_CAPABILITIES } from './capabilities.ts';
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
