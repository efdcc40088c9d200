import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { type Lab, startLab } from '@capsule/testkit';
import { capsulectl } from '../lab/capsulectl.ts';
import { cgroupRoots } from '../lab/cgroup.ts';
import { portMaps } from '../lab/footprint.ts';
import { page } from '../lab/page.ts';
import { namespaceOf, wordsOf } from '../lab/process.ts';
import { pushBusybox } from '../lab/push-busybox.ts';
import {
  type ContainerManifest,
  deleteAll,
  getWorkload,
  manifest,
  printed,
  runWorkload,
  WRITES_ROOT,
} from '../lab/workload.ts';

const BOUND = { timeout: 180_000 };
/** Prints its arguments, then stays. */
const SAY = ['/bin/sh', '-c', 'echo "said: $*"; while :; do sleep 1000; done'];
const SERVE =
  'mkdir -p /tmp/www && echo "from $HOSTNAME" > /tmp/www/index.html && exec busybox httpd -f';

let lab: Lab;

before(async () => {
  lab = await startLab();
  await pushBusybox(lab, 'say:1', {
    Entrypoint: [...SAY, 'entry'],
    Cmd: ['cmd', 'of image'],
    Env: ['PATH=/bin', 'FROM_IMAGE=image', 'BOTH=image'],
    StopSignal: 'SIGKILL',
  });
}, BOUND);

after(() => lab[Symbol.asyncDispose](), BOUND);
afterEach(() => deleteAll(lab), BOUND);

test('an image that is pulled through a mirror keeps its own name, and runs', async () => {
  const image = 'nginx:1.27-alpine';
  const ports = [{ containerPort: 80, hostPort: 8090 }];
  const { status } = await runWorkload(lab, 'pulled', { image, ...WRITES_ROOT, ports });
  assert.match(await page(`http://${lab.address}:8090/`), /Welcome to nginx!/);
  const { stdout } = await capsulectl(lab, ['image', 'list', '-o', 'json']);
  assert.match(stdout, /docker\.io\/library\/nginx:1\.27-alpine/);
  const manifestUrl = 'http://127.0.0.1:5000/v2/library/nginx/manifests/1.27-alpine';
  const accept = 'Accept: application/vnd.oci.image.manifest.v1+json';
  const told = await lab.onItsNetwork(['curl', '-sI', '-H', accept, manifestUrl]);
  assert.match(told.stdout, new RegExp(`docker-content-digest: ${status.imageDigest}`, 'i'));
  // A second workload with the same image does not contact the registry.
  await lab.registry?.behave('refuse');
  await runWorkload(lab, 'cached', { image, ...WRITES_ROOT });
  await lab.registry?.behave('pass');
});

test('a workload on the bridge has its name in containerd, netns, cgroups, bridge and nft', async () => {
  const ports = [{ containerPort: 80, hostPort: 8080 }];
  const { status } = await runWorkload(lab, 'web', { image: 'say:1', ports });
  assert.equal(status.containerId, 'default_default_web_web');
  assert.match(await ctr('containers', 'ls', '-q'), /^default_default_web_web$/m);
  assert.match(
    await ctr('tasks', 'ls'),
    new RegExp(`^default_default_web_web +${status.pid} +RUNNING`, 'm'),
  );

  const pinned = await lab.exec(['stat', '-c', 'net:[%i]', '/run/netns/main_default_default_web']);
  assert.equal(pinned.stdout.trim(), await namespaceOf(lab, status.pid, 'net'));

  for (const root of await cgroupRoots(lab)) {
    const leaf = `${root}/kukeon/main/default/default/web/web_root/cgroup.procs`;
    const { stdout } = await lab.exec(['cat', leaf]);
    assert.ok(stdout.split('\n').includes(String(status.pid)), `${leaf} holds ${stdout}`);
  }

  const { stdout } = await lab.exec([
    'ip',
    '-json',
    'link',
    'show',
    'master',
    'br0',
    'type',
    'veth',
  ]);
  const links = JSON.parse(stdout) as readonly { operstate: string }[];
  assert.deepEqual(
    links.map(({ operstate }) => operstate),
    ['UP'],
  );
  assert.match(status.address ?? '', /^172\.20\.254\.\d+$/);
  const maps = await portMaps(lab);
  assert.equal(maps.length, 1);
  assert.match(maps[0] ?? '', new RegExp(`8080.*${status.address}.*80`));
});

test('a workload in host mode uses the network of the capsule and answers at its address', async () => {
  const { status } = await runWorkload(lab, 'open', {
    image: 'say:1',
    command: ['/bin/sh', '-c', `${SERVE} -p 7070 -h /tmp/www`],
    networkMode: 'NETWORK_MODE_HOST',
  });
  assert.equal(await namespaceOf(lab, status.pid, 'net'), await namespaceOf(lab, 1, 'net'));
  assert.equal(status.address, undefined);
  const { stdout } = await lab.exec(['ls', '/run/netns']);
  assert.equal(stdout, '', 'no namespace is pinned for it');
  assert.equal(await page(`http://${lab.address}:7070/`), 'from open\n');
});

const commands: readonly {
  readonly rule: string;
  readonly given: Partial<ContainerManifest>;
  readonly said: string;
}[] = [
  { rule: 'neither command nor args runs the image as it is', given: {}, said: 'cmd of image' },
  { rule: 'args replaces only the cmd of the image', given: { args: ['a', 'b c'] }, said: 'a b c' },
  { rule: 'command replaces entrypoint and cmd', given: { command: [...SAY, 'x'] }, said: '' },
  {
    rule: 'command and args replace both',
    given: { command: [...SAY, 'x'], args: ['', '$HOME', '"q"'] },
    said: ' $HOME "q"',
  },
];
for (const [index, { rule, given, said }] of commands.entries()) {
  test(rule, async () => {
    const name = `say-${index}`;
    await runWorkload(lab, name, { image: 'say:1', ...given });
    assert.equal(await printed(lab, name, (text) => text.endsWith('\n')), `said: ${said}\n`);
  });
}

test('the environment is that of the image, and the manifest overrides it', async () => {
  const env = [
    { name: 'BOTH', value: 'manifest' },
    { name: 'OWN', value: 'a=b c' },
  ];
  const listed = await runWorkload(lab, 'env-list', { image: 'say:1', env });
  const mapped = await runWorkload(lab, 'env-map', {
    image: 'say:1',
    env: { OWN: 'm', EMPTY: '' },
  });
  const words = await wordsOf(lab, listed.status.pid, 'environ');
  for (const word of [
    'FROM_IMAGE=image',
    'BOTH=manifest',
    'OWN=a=b c',
    'PATH=/bin',
    'HOSTNAME=env-list',
  ]) {
    assert.ok(words.includes(word), `${word} is not among ${words}`);
  }
  assert.ok(!words.includes('BOTH=image'));
  const others = await wordsOf(lab, mapped.status.pid, 'environ');
  for (const word of ['OWN=m', 'EMPTY=', 'BOTH=image']) assert.ok(others.includes(word), word);
});

test('applying the same manifest in any format again changes nothing', async () => {
  const ports = [{ containerPort: 80, hostPort: 8081 }];
  const before = await runWorkload(lab, 'same', { image: 'say:1', ports, env: { A: '1', B: '2' } });
  const again = await apply(manifest('same', { image: 'say:1', ports, env: { A: '1', B: '2' } }));
  assert.match(again, /^same unchanged/);
  const rewritten = manifest('same', {
    env: [
      { name: 'B', value: '2' },
      { name: 'A', value: '1' },
    ],
    image: 'say:1',
    networkMode: 'NETWORK_MODE_BRIDGE',
    ports: [{ containerPort: 80, hostPort: 8081, protocol: 'tcp' }],
  });
  assert.match(await apply(rewritten), /^same unchanged/);
  assert.deepEqual(await getWorkload(lab, 'same'), before);
});

test('the output of `get -o yaml` can be applied, and changes nothing', async () => {
  const before = await runWorkload(lab, 'round', {
    image: 'say:1',
    command: [...SAY, 'x'],
    args: ['- "quotes"', 'yes', '#', '1'],
    env: { EMPTY: '', NUMBER: '08', TEXT: 'two\nlines: yes' },
    ports: [
      { containerPort: 80, hostPort: 8082 },
      { containerPort: 53, hostPort: 5353, protocol: 'udp' },
    ],
  });
  const yaml = await capsulectl(lab, ['workload', 'get', 'round', '-o', 'yaml']);
  assert.match(await apply(yaml.stdout), /^round unchanged/);
  const json = await capsulectl(lab, ['workload', 'get', 'round', '-o', 'json']);
  assert.match(await apply(json.stdout), /^round unchanged/);
  assert.deepEqual(await getWorkload(lab, 'round'), before);
});

test('a changed manifest replaces the container, and keeps its address', async () => {
  const before = await runWorkload(lab, 'change', { image: 'say:1', env: { V: '1' } });
  const changed = await apply(manifest('change', { image: 'say:1', env: { V: '2' } }));
  assert.match(changed, /^change configured, running/);
  const now = await getWorkload(lab, 'change');
  assert.notEqual(now.status.pid, before.status.pid);
  assert.equal(now.status.address, before.status.address);
  assert.equal(now.uid, before.uid);
  assert.equal(now.generation, before.generation + 1);
  assert.ok((await wordsOf(lab, now.status.pid ?? 0, 'environ')).includes('V=2'));
  assert.equal((await ctr('tasks', 'ls', '-q')).trim(), 'default_default_change_change');
});

test('a workload moves between host and bridge mode by an apply', async () => {
  const image = 'say:1';
  await runWorkload(lab, 'move', { image });
  const host = await runWorkload(lab, 'move', { image, networkMode: 'NETWORK_MODE_HOST' });
  assert.equal(await namespaceOf(lab, host.status.pid, 'net'), await namespaceOf(lab, 1, 'net'));
  assert.equal((await lab.exec(['ls', '/run/netns'])).stdout, '');
  const back = await runWorkload(lab, 'move', { image });
  assert.notEqual(await namespaceOf(lab, back.status.pid, 'net'), await namespaceOf(lab, 1, 'net'));
});

async function ctr(...args: readonly string[]): Promise<string> {
  return (await lab.exec(['ctr', '-n', 'kukeon-main', ...args])).stdout;
}

async function apply(text: string): Promise<string> {
  const { stdout } = await capsulectl(lab, ['apply', '-f', '-', '--wait'], { input: text });
  return stdout;
}
