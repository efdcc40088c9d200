import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseManifests } from '../../parse-manifests.ts';
import { isContainerdId } from './containerd-id.ts';

/** The manifest of the container page. */
const PAGE = `apiVersion: v1beta1
kind: Container
metadata:
  name: web
spec:
  id: web
  realmId: main
  spaceId: default
  stackId: default
  cellId: hello-world
  root: true
  image: docker.io/library/nginx:alpine
  command: /bin/sh
  args:
    - -c
    - "exec nginx -g 'daemon off;'"
  env:
    - "NGINX_HOST=example.com"
  ports: []
  volumes:
    - source: /srv/html
      target: /usr/share/nginx/html
      readOnly: true
  networks: []
  networksAliases: []
  privileged: false
  restartPolicy: ""
`;

test('the manifest of the container page reads as it is printed', () => {
  const [manifest] = parseManifests(PAGE, 'page.yaml');
  assert.ok(manifest?.kind === 'container');
  const { ref, isRoot, spec } = manifest.spec;
  const cell = { realm: 'main', space: 'default', stack: 'default', cell: 'hello-world' };
  assert.deepEqual(ref, { cell, container: 'web' });
  assert.equal(isRoot, true);
  assert.deepEqual(spec.command, ['/bin/sh']);
  assert.deepEqual(spec.args, ['-c', "exec nginx -g 'daemon off;'"]);
  assert.deepEqual(spec.env, { NGINX_HOST: 'example.com' });
  const bind = { source: '/srv/html', target: '/usr/share/nginx/html', readOnly: true };
  assert.deepEqual(spec.hostBindPaths, [bind]);
  assert.equal(spec.restartPolicy, 'never');
});

const container = (spec: string) =>
  `apiVersion: v1beta1\nkind: Container\nmetadata: {name: web}\nspec:\n  image: nginx\n${spec}\n`;
const cell = (containers: string) =>
  `apiVersion: v1beta1\nkind: Cell\nmetadata: {name: shop}\nspec:\n  containers:\n${containers}\n`;

const REFUSED: readonly (readonly [what: string, content: string, problem: RegExp])[] = [
  ['a secret', container('  secrets: [{name: a}]'), /spec\.secrets: `secrets` is not supported/],
  [
    'a further network',
    container('  networks: [blue]'),
    /spec\.networks: `networks` is not supported/,
  ],
  ['a terminal', container('  tty: true'), /spec\.tty: `tty` is not supported/],
  [
    'a CNI path',
    container('  cniConfigPath: /x'),
    /`cniConfigPath` is not supported \(the capsule makes/,
  ],
  ['an unknown key', container('  imagge: x'), /unknown key `imagge` \(did you mean `image`\?\)/],
  ['another id', container('  id: db'), /spec\.id: db differs from metadata\.name web/],
  ['an id of containerd', container('  containerdId: x'), /spec\.containerdId: "x" is not the id/],
  [
    'a port of Compose',
    container('  ports: ["80"]'),
    /spec\.ports\[0\]: "80" is not a published port/,
  ],
  [
    'a port out of range',
    container('  ports: ["70000:80"]'),
    /spec\.ports\[0\]\.hostPort: 70000 is not a port/,
  ],
  [
    'a host address',
    container('  ports: ["999.0.0.1:80:80"]'),
    /"999\.0\.0\.1" is not an IPv4 address/,
  ],
  [
    'a variable',
    container('  env: [TZ]'),
    /spec\.env\[0\]: "TZ" is not a variable \(write NAME=VALUE\)/,
  ],
  ['a policy', container('  restartPolicy: Always'), /"Always" is not a restart policy/],
  [
    'a mount of a bind',
    container('  volumes: [{source: /a, target: /b, sizeBytes: 1}]'),
    /does not belong to a volume of kind bind/,
  ],
  [
    'an alias',
    container('  networksAliases: [a.b]'),
    /spec\.networksAliases\[0\]: "a\.b" is not a name/,
  ],
  [
    'a back-off',
    container('  restartBackoffSeconds: 301'),
    /spec\.restartBackoffSeconds: 301 is out of range/,
  ],
  ['no retries', container('  restartMaxRetries: 0'), /spec\.restartMaxRetries: 0 is out of range/],
  ['a place', container('  realmId: Main_'), /spec\.realmId: "Main_" is not a name/],
  ['a security option', container('  securityOpts: [label=x]'), /spec\.securityOpts/],
  [
    'two roots',
    cell('  - {id: a, image: x, root: true}\n  - {id: b, image: x, root: true}'),
    /several containers have root: true/,
  ],
  [
    'a root that is nowhere',
    `${cell('  - {id: a, image: x}')}  rootContainerId: b\n`,
    /the cell has no container b/,
  ],
  [
    "a parameter of an IPC namespace that is the capsule's",
    container('  hostIPC: true\n  sysctls: {kernel.shmmax: "1"}'),
    /spec\.sysctls.*would change the IPC of the capsule[\s\S]*remove hostIPC/,
  ],
  [
    'a host network of a sibling',
    cell('  - {id: a, image: x}\n  - {id: b, image: x, hostNetwork: true}'),
    /spec\.containers\[1\]\.hostNetwork: only the root/,
  ],
  ...['hostPID: true', 'hostIPC: true', 'updatePolicy: rollback', 'dns: {searches: [a]}'].map(
    (field) =>
      [
        `a sibling with ${field}`,
        cell(`  - {id: a, image: x}\n  - {id: b, image: x, ${field}}`),
        new RegExp(`spec\\.containers\\[1\\]\\.${field.split(':')[0]}: only the root`),
      ] as const,
  ),
  [
    'another place in a cell',
    cell('  - {id: a, image: x, realmId: lab}'),
    /spec\.containers\[0\]\.realmId: lab differs from main/,
  ],
  [
    'a container twice',
    cell('  - {id: a, image: x}\n  - {id: a, image: x}'),
    /spec\.containers\[1\]\.id: a is declared twice/,
  ],
  [
    'a later kind',
    'apiVersion: v1beta1\nkind: Secret\nmetadata: {name: a}\n',
    /Secret is not supported yet/,
  ],
  [
    'a cell without apiVersion',
    'name: a\nkind: Cell\n',
    /Cell does not belong to this form of manifest \(write apiVersion: v1beta1\)/,
  ],
];

for (const [what, content, problem] of REFUSED) {
  test(`a manifest with ${what} is refused by name`, () => {
    assert.throws(() => parseManifests(content, 'f'), {
      code: 'MANIFEST_INVALID',
      message: problem,
    });
  });
}

test('the id of containerd is accepted as get prints it', () => {
  const ref = {
    cell: { realm: 'main', space: 'default', stack: 'default', cell: 'shop' },
    container: 'web',
  };
  assert.ok(isContainerdId('default_default_shop_web', ref));
  assert.ok(!isContainerdId('default_default_shop_db', ref));
  const long = { ...ref, container: 'a'.repeat(63) };
  assert.ok(isContainerdId(`default-default-shop-${'a'.repeat(22)}.0123456789abcdef`, long));
  assert.ok(!isContainerdId('default_default_shop_web.0123', ref));
});
