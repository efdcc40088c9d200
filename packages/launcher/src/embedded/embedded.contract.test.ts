import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { exists, run } from '@capsule/host';
import { buildRootfs, capsuleProfile, type Rootfs } from '@capsule/imager';
import { layersInUse } from './claim/claim.ts';
import { hostNames } from './claim/host-names.ts';
import { hostPaths } from './claim/host-paths.ts';
import { listCapsules } from './list-capsules.ts';
import { type Started, startCapsule } from './start-capsule.ts';
import { stopCapsule } from './stop-capsule.ts';
import { waitForApi } from './wait-for-api.ts';

const skip = process.getuid?.() === 0 ? false : 'needs root';
const API_TIMEOUT_MS = 20_000;

let rootfs: Rootfs;

before(async () => {
  if (skip !== false) return;
  rootfs = await buildRootfs({
    repository: join(import.meta.dirname, '../../../..'),
    cacheDir: process.env['CAPSULE_CACHE'] ?? '/var/cache/capsule',
    profile: capsuleProfile,
    env: process.env,
    progress: () => undefined,
    layersInUse,
  });
});

/** A name and a state directory of one test's own. */
async function place(purpose: string) {
  const name = `ct-${purpose}-${randomBytes(2).toString('hex')}`;
  const stateDir = await mkdtemp(join(tmpdir(), `${name}-`));
  return {
    name,
    stateDir,
    start: (more: object = {}) => startCapsule({ name, stateDir, rootfs, ...more }),
    [Symbol.asyncDispose]: async () => {
      await stopCapsule(name);
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

const inside = ({ claim }: Started, ...argv: string[]) =>
  run('nsenter', ['-t', String(claim.pid), '-a', '--', ...argv], {
    env: { PATH: '/usr/sbin:/usr/bin' },
  });

/** Which of a capsule's names exist on the host. */
async function remains(name: string): Promise<string[]> {
  const names = hostNames(name);
  const { runDir, claim } = hostPaths(name);
  const paths = [`/run/netns/${names.netns}`, `/sys/class/net/${names.link}`, runDir, claim];
  const there = await Promise.all(paths.map(async (path) => ((await exists(path)) ? [path] : [])));
  const { stdout } = await run('nft', ['list', 'tables']);
  const tables = stdout.split('\n').filter((line) => line === `table ip ${names.table}`);
  const { stdout: groups } = await run('find', [
    '/sys/fs/cgroup',
    '-maxdepth',
    '2',
    '-name',
    names.cgroup,
  ]);
  return [...there.flat(), ...tables, ...groups.split('\n').filter(Boolean)];
}

test('two capsules run on one machine, each with its own API and network', {
  skip,
}, async () => {
  await using one = await place('a');
  await using two = await place('b');
  const started = await Promise.all([one.start(), two.start()]);
  await Promise.all(started.map((capsule) => waitForApi(capsule, API_TIMEOUT_MS)));
  const [a, b] = started;
  assert.notEqual(a.claim.subnet.capsuleAddress, b.claim.subnet.capsuleAddress);
  const listed = (await listCapsules()).filter(({ name }) => [one.name, two.name].includes(name));
  assert.deepEqual(
    listed.map(({ running }) => running),
    [true, true],
  );
  await stopCapsule(one.name);
  assert.deepEqual(await remains(one.name), []);
  await waitForApi(b, API_TIMEOUT_MS);
});

test('a second start finds the first and changes nothing', { skip }, async () => {
  await using home = await place('again');
  const first = await home.start();
  const second = await home.start();
  assert.deepEqual([first.alreadyRan, second.alreadyRan], [false, true]);
  assert.equal(second.claim.pid, first.claim.pid);
});

test('the state of a capsule outlives a stop, and its root does not', { skip }, async () => {
  await using home = await place('state');
  const first = await home.start();
  await inside(first, 'sh', '-c', 'echo kept > /perm/mark; echo lost > /etc/mark');
  await stopCapsule(home.name);
  const second = await home.start();
  const { stdout } = await inside(second, 'cat', '/perm/mark');
  assert.equal(stdout, 'kept\n');
  await assert.rejects(inside(second, 'cat', '/etc/mark'), { code: 'PROCESS_FAILED' });
});

test('after a kill of the launcher, the next start removes everything that was left', {
  skip,
}, async () => {
  await using home = await place('crash');
  const first = await home.start();
  process.kill(first.claim.launcherPid, 'SIGKILL');
  await first.launcherEnded;
  // The kernel ends the capsule with its launcher, a moment later.
  const deadline = Date.now() + 10_000;
  const isListedAsRunning = async () =>
    (await listCapsules()).find(({ name }) => name === home.name)?.running;
  while (await isListedAsRunning()) assert.ok(Date.now() < deadline, 'it goes on running');
  assert.equal(await isListedAsRunning(), false);
  const second = await home.start();
  await waitForApi(second, API_TIMEOUT_MS);
  assert.notEqual(second.claim.pid, first.claim.pid);
  await stopCapsule(home.name);
  assert.deepEqual(await remains(home.name), []);
});

test('stop removes everything that a killed launcher left', { skip }, async () => {
  await using home = await place('dead');
  const started = await home.start();
  process.kill(started.claim.launcherPid, 'SIGKILL');
  await started.launcherEnded;
  assert.equal(await stopCapsule(home.name), true);
  assert.deepEqual(await remains(home.name), []);
  assert.equal(await stopCapsule(home.name), false);
});

test('a capsule reaches servers of the host through an address of the host', { skip }, async () => {
  await using home = await place('net');
  const started = await home.start();
  const server = createServer((socket) => socket.end(`${socket.remoteAddress}`));
  server.listen(0, started.claim.subnet.hostAddress);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const program = `require('net').connect(${port}, '${started.claim.subnet.hostAddress}').pipe(process.stdout)`;
  const { stdout } = await inside(started, 'node', '--eval', program);
  assert.equal(stdout, started.claim.subnet.capsuleAddress);
  server.close();
});

test('a capsule whose rootfs cannot boot is reported, and leaves nothing', { skip }, async () => {
  await using home = await place('broken');
  const layers = rootfs.layers.filter(({ name }) => name === 'config');
  const begin = async () => waitForApi(await home.start({ rootfs: { ...rootfs, layers } }), 5000);
  await assert.rejects(begin, { code: 'EMBEDDED_NOT_STARTED' });
  assert.deepEqual(await remains(home.name), []);
});

test('the console of a capsule is in its state directory', { skip }, async () => {
  await using home = await place('log');
  await waitForApi(await home.start(), API_TIMEOUT_MS);
  const text = await readFile(join(home.stateDir, 'console.log'), 'utf8');
  assert.match(text, / init F capsule-init .* started/);
});
