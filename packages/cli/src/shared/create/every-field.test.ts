import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerBlock as printedBlock } from '@capsule/core';
import { CELL_CONTAINER_FIELDS } from '@capsule/core/manifest';
import { Input } from '../../program/input.ts';
import { spellingsOf } from '../../program/spellings.ts';
import { containerBlock } from './container-block.ts';
import { CONTAINER_FLAGS } from './container-flags.ts';
import { documentOf } from './document-of.ts';
import { readDeclared } from './read-declared.ts';

/** Of each flag of a container, values to give. */
const VALUES: Readonly<Record<string, string | readonly string[] | true>> = {
  command: '/bin/sh',
  args: ['-c'],
  env: ['A=1'],
  port: ['8080:80'],
  volume: ['/srv/html:/html:ro,ensure', 'data:/data:subpath=a'],
  tmpfs: ['/run:size=64m'],
  networkAlias: ['db'],
  addHost: ['db:10.0.0.5'],
  dns: ['9.9.9.9'],
  dnsSearch: ['example.org'],
  dnsOption: ['ndots:1'],
  user: '1000',
  groupAdd: ['44'],
  workingDir: '/tmp',
  hostname: 'web',
  hostNetwork: true,
  hostPid: true,
  hostIpc: true,
  privileged: true,
  readOnly: true,
  capAdd: ['NET_ADMIN'],
  capDrop: ['ALL'],
  device: ['/dev/fuse'],
  securityOpt: ['no-new-privileges'],
  memory: '64m',
  cpuShares: '512',
  cpuMillis: '500',
  pidsLimit: '64',
  ulimit: ['nofile=64:unlimited', 'nproc=9'],
  shmSize: '256m',
  sysctl: ['kernel.shmmax=1'],
  healthCmd: 'true',
  healthInterval: '1',
  healthTimeout: '1',
  healthRetries: '2',
  healthStartPeriod: '1',
  healthOnFailure: 'none',
  minReady: '2',
  dependsOn: ['db'],
  updatePolicy: 'rollback',
  updateTimeout: '5',
  restartPolicy: 'always',
  restartBackoff: '2',
  restartMaxRetries: '2',
  stopSignal: 'SIGINT',
  stopGrace: '2',
  pullPolicy: 'Always',
};

/** The name and place of a container, its root, labels, image, and what only its reading checks have arguments and flags of their own. */
const ELSEWHERE: readonly string[] = [
  ...['id', 'realmId', 'spaceId', 'stackId', 'cellId', 'containerdId', 'root', 'image', 'labels'],
];

/** Other ways to write the same field. */
const ALTERNATIVES = ['healthHttp', 'healthTcp'];

const inputOf = (flags: Readonly<Record<string, unknown>>) =>
  new Input('kuke create cell', [], flags);
const nameOf = (flag: string) =>
  flag.replace(/^--/, '').replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

test('every field of a container of a manifest has a flag, and every flag says a field', () => {
  const flags = CONTAINER_FLAGS.map((flag) => nameOf(spellingsOf(flag)[0] ?? ''));
  assert.deepEqual(flags.toSorted(), [...Object.keys(VALUES), ...ALTERNATIVES].toSorted());
  const block = containerBlock(inputOf(VALUES), 'nginx');
  const fields = CELL_CONTAINER_FIELDS.filter((field) => !ELSEWHERE.includes(field));
  assert.deepEqual(
    fields.filter((field) => block[field] === undefined),
    [],
  );
  for (const flag of Object.keys(VALUES)) {
    const { [flag]: _left, ...others } = VALUES;
    const without = containerBlock(inputOf(others), 'nginx');
    assert.notDeepEqual(without, block, flag);
  }
});

test('flags describe the container that a manifest prints', () => {
  // The network of the capsule has names and ports of its own, and its IPC has the capsule's parameters.
  const { hostNetwork: _network, hostIpc: _ipc, ...values } = VALUES;
  const input = inputOf({ ...values, image: 'nginx' });
  const place = { realm: 'main', space: 'default', stack: 'default', cell: 'web' };
  const cell = readDeclared(input, documentOf(input, place));
  assert.ok(cell.kind === 'cell');
  const [root] = cell.spec.containers;
  assert.ok(root !== undefined);
  const printed = printedBlock(root) as Readonly<Record<string, unknown>>;
  assert.deepEqual(printed['dns'], {
    nameservers: ['9.9.9.9'],
    searches: ['example.org'],
    options: ['ndots:1'],
  });
  assert.deepEqual(printed['ulimits'], [
    { name: 'nofile', soft: 64, hard: 'unlimited' },
    { name: 'nproc', soft: 9, hard: 9 },
  ]);
  assert.deepEqual(printed['healthCheck'], {
    exec: { command: ['/bin/sh', '-c', 'true'] },
    intervalSeconds: 1,
    timeoutSeconds: 1,
    retries: 2,
    startPeriodSeconds: 1,
    onFailure: 'none',
  });
});

test('a health check over HTTP has a port, and may have a path and a scheme', () => {
  const of = (url: string) => containerBlock(inputOf({ healthHttp: url }), 'x')['healthCheck'];
  assert.deepEqual(of('8080'), { http: { port: 8080 } });
  assert.deepEqual(of('https:8443/up?a=b'), {
    http: { port: 8443, path: '/up?a=b', scheme: 'https' },
  });
  assert.throws(() => of('localhost:80'), { code: 'CLI_USAGE' });
});

test('limits, hosts and volumes that are none are refused, with the form to write', () => {
  for (const flags of [{ ulimit: ['nofile'] }, { addHost: ['db'] }, { volume: ['/a:/b:rx'] }]) {
    assert.throws(() => containerBlock(inputOf(flags), 'x'), { code: 'CLI_USAGE' });
  }
});
