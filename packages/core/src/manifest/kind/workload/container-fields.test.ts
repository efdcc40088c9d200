import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCapsuleError } from '../../../error/capsule-error.ts';
import { parseManifests } from '../../parse-manifests.ts';
import type { ManifestProblem } from '../../problem.ts';
import { specsOf } from '../../testing/specs-of.ts';

const read = (block: string) =>
  specsOf(
    'workload',
    parseManifests(`name: web\nkind: Container\ncontainer:\n  image: nginx\n${block}`, 'f'),
  )[0];

function pathsOf(block: string): string[] {
  try {
    read(block);
    return [];
  } catch (error) {
    assert.ok(isCapsuleError(error));
    return (error.facts['problems'] as readonly ManifestProblem[]).map(({ path }) => path);
  }
}

test('every field of a container is read', () => {
  const spec = read(`
  user: 1000
  workingDir: /srv
  hostname: www
  restartPolicy: on-failure
  resources: {memory: 256MiB, cpu: 0.5, pids: 100}
  healthCheck: {http: {port: 80, path: /up}, intervalSeconds: 3, onFailure: none}
  minReadySeconds: 5
  stopSignal: QUIT
  stopGraceSeconds: 30
  labels: {app: web, tier: "1"}
  tmpfs: [/tmp, {mountPath: /run, size: 16M, mode: "0755"}]
  readOnlyRootFilesystem: true
  capabilities: {add: [net_admin], drop: [ALL]}
  privileged: true
  hostPid: true
  hostIpc: true
  hostBindPaths: [/srv/media, "/etc/localtime:/etc/localtime:ro"]
  ulimits: [{name: nofile, hard: 4096}, {name: core, soft: 0, hard: unlimited}]
  sysctls: {net.core.somaxconn: 1024}
  extraHosts: {printer: 192.0.2.9}
  dns: {nameservers: [192.0.2.1], searches: [lan], options: [ndots:2]}
  dependsOn: [db]
  imagePullPolicy: Always
  updatePolicy: rollback
  updateTimeoutSeconds: 60
`);
  assert.deepEqual(spec?.resources, { memoryBytes: 256 * 1024 ** 2, cpuMillis: 500, pids: 100 });
  assert.deepEqual(spec.healthCheck?.probe, {
    kind: 'http',
    port: 80,
    path: '/up',
    scheme: 'http',
  });
  assert.deepEqual(spec.healthCheck.retries, 3);
  assert.equal(spec.minReadySeconds, 5);
  assert.deepEqual([spec.user, spec.stopSignal, spec.stopGraceSeconds], ['1000', 'QUIT', 30]);
  assert.deepEqual(spec.tmpfs, [
    { mountPath: '/tmp' },
    { mountPath: '/run', sizeBytes: 16 * 1024 ** 2, mode: 0o755 },
  ]);
  assert.deepEqual(spec.capabilities, { add: ['CAP_NET_ADMIN'], drop: ['ALL'] });
  assert.deepEqual(spec.hostBindPaths[1], {
    source: '/etc/localtime',
    target: '/etc/localtime',
    readOnly: true,
  });
  assert.deepEqual(spec.ulimits, [
    { name: 'nofile', soft: 4096, hard: 4096 },
    { name: 'core', soft: 0, hard: 'unlimited' },
  ]);
  assert.deepEqual(spec.extraHosts, [{ hostname: 'printer', address: '192.0.2.9' }]);
  assert.deepEqual(
    [spec.restartPolicy, spec.imagePullPolicy, spec.updatePolicy],
    ['onFailure', 'always', 'rollback'],
  );
});

const REFUSED: Readonly<Record<string, readonly [string, string]>> = {
  'a size with a fraction': ['resources: {memory: 1.5G}', 'container.resources.memory'],
  'a size in unknown units': ['resources: {memory: 5MB}', 'container.resources.memory'],
  'memory in which nothing can start': ['resources: {memory: 15M}', 'container.resources.memory'],
  'processor time finer than it is counted': [
    'resources: {cpu: 0.00001}',
    'container.resources.cpu',
  ],
  'no probe': ['healthCheck: {retries: 3}', 'container.healthCheck'],
  'two probes': ['healthCheck: {tcp: {port: 1}, http: {port: 1}}', 'container.healthCheck'],
  'a probe without a port': ['healthCheck: {tcp: {}}', 'container.healthCheck.tcp.port'],
  'a signal that does not exist': ['stopSignal: SIGTREM', 'container.stopSignal'],
  'a mount over the root': ['tmpfs: [/]', 'container.tmpfs[0]'],
  'two mounts in one place': [
    'tmpfs: [/a]\n  hostBindPaths: ["/b:/a/"]',
    'container.hostBindPaths[0]',
  ],
  'one place in two spellings': [
    'tmpfs: [/a/b]\n  hostBindPaths: ["/c:/a/.//b"]',
    'container.hostBindPaths[0]',
  ],
  'a mount over the kernel, in another spelling': ['tmpfs: [//proc]', 'container.tmpfs[0]'],
  'a mount below /proc, which runc refuses': ['tmpfs: [/proc/x]', 'container.tmpfs[0]'],
  'an option of a bind that does not exist': [
    'hostBindPaths: ["/a:/b:ro,z"]',
    'container.hostBindPaths[0]',
  ],
  'a source that leads elsewhere': ['hostBindPaths: ["/srv/../etc"]', 'container.hostBindPaths[0]'],
  'a capability that does not exist': [
    'capabilities: {add: [NET_ADMlN]}',
    'container.capabilities.add[0]',
  ],
  'a limit that does not exist': [
    'ulimits: [{name: nofiles, hard: 1}]',
    'container.ulimits[0].name',
  ],
  'a soft limit above the hard one': [
    'ulimits: [{name: core, soft: unlimited, hard: 1}]',
    'container.ulimits[0].soft',
  ],
  'a setting of the whole machine': [
    'sysctls: {vm.swappiness: 1}',
    'container.sysctls.vm.swappiness',
  ],
  "a setting of the capsule's network": [
    'networkMode: host\n  sysctls: {net.core.somaxconn: 1}',
    'container.sysctls.net.core.somaxconn',
  ],
  'an address that is none': ['extraHosts: {a: 1.2.3}', 'container.extraHosts[0].address'],
  'names on the network of the capsule': [
    'networkMode: host\n  dns: {searches: [lan]}',
    'container.dns',
  ],
  'waiting for itself': ['dependsOn: [web]', 'container.dependsOn[0]'],
  'a policy that does not exist': ['restartPolicy: allways', 'container.restartPolicy'],
  'a label that selectors could not name': ['labels: {"a b": c}', 'container.labels.a b'],
  'a user that cannot be': ['user: "a:b:c"', 'container.user'],
};

for (const [what, [block, path]] of Object.entries(REFUSED)) {
  test(`${what} is refused`, () => assert.deepEqual(pathsOf(`  ${block}\n`), [path]));
}

test('a file of /proc that runc lets be covered may be', () => {
  assert.deepEqual(pathsOf('  hostBindPaths: ["/srv/uptime:/proc/uptime:ro"]\n'), []);
});

test('a field of the container that stands outside of it is shown the way', () => {
  const text = 'name: web\nkind: Container\nlabels: {a: b}\ncontainer:\n  image: nginx\n';
  assert.throws(
    () => parseManifests(text, 'f'),
    /3:1: `labels` does not belong here.*container\.labels/,
  );
});
