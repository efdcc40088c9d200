import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { connectCapsule } from '@capsule/api/node';
import { nginxRecipe } from '@capsule/launcher';
import { busyboxRecipe, type Lab, startLab } from '@capsule/testkit';
import { capsulectl, pathOf } from '../lab/capsulectl.ts';
import {
  applyText,
  document,
  file,
  insideCell,
  removeTree,
  seeContainer,
  untilCell,
} from '../lab/cell.ts';
import { cgroupRoots } from '../lab/cgroup.ts';
import { difference, type Footprint, footprint } from '../lab/footprint.ts';
import { namespaceOf, wordsOf } from '../lab/process.ts';
import { until } from '../lab/until.ts';
import { CONTAINER_PAGE } from './support/container-page.ts';

const BOUND = { timeout: 180_000 };
const IMAGE = 'docker.io/library/busybox:latest';
const STAY = 'trap exit TERM; while :; do sleep 1000 & wait; done';

/** A container that is not root, and only stays. */
function staying(id: string, more: object = {}): object {
  const program = { image: IMAGE, command: '/bin/sh', args: ['-c', STAY], user: '1000:1000' };
  return { id, ...program, ...more };
}

/** The first writes into the shared memory, and serves on localhost. */
const TRIO = document('Cell', 'trio', {
  containers: [
    staying('one', {
      root: true,
      args: ['-c', `echo shared > /dev/shm/word; httpd -p 8000 -h /etc; ${STAY}`],
      networksAliases: ['front', 'web-1'],
    }),
    staying('two'),
    staying('three'),
  ],
});
/** In another space, and in another stack of it. */
const FAR = { space: 'prod', stack: 'shop', cell: 'far', container: 'far' };
const FAR_CELL = document('Cell', 'far', {
  spaceId: 'prod',
  stackId: 'shop',
  containers: [staying('far', { networksAliases: ['db'] })],
});
const NEAR = { space: 'prod', cell: 'near', container: 'near' };
const NEAR_CELL = document('Cell', 'near', { spaceId: 'prod', containers: [staying('near')] });
const STRANGER = { realm: 'other', cell: 'stranger', container: 'stranger' };
const STRANGER_CELL = document('Cell', 'stranger', {
  realmId: 'other',
  containers: [staying('stranger')],
});

const ONE = { cell: 'trio', container: 'one' };
const SIBLINGS = ['two', 'three'].map((container) => ({ cell: 'trio', container }));

let lab: Lab;
/** The state before any cell. */
let nothing: Footprint;

suite('cells', { concurrency: false }, () => {
  before(async () => {
    lab = await startLab({ images: [busyboxRecipe, nginxRecipe] });
    nothing = await footprint(lab);
  }, BOUND);
  after(() => lab[Symbol.asyncDispose](), BOUND);

  test(
    "the container page's manifest is applied byte for byte, once its folder exists",
    BOUND,
    async () => {
      const refused = await capsulectl(lab, ['apply', '-f', '-'], {
        input: CONTAINER_PAGE,
        allow: [4],
      });
      assert.match(refused.stderr, /cannot mount \/srv\/html: the capsule has no such path/);
      await lab.exec(['sudo', 'mkdir', '-p', '/srv/html']);
      await lab.exec(['sh', '-c', 'echo hello > /srv/html/index.html']);
      assert.match(await applyText(lab, CONTAINER_PAGE), /hello-world\/web created/);
      await untilCell(lab, { cell: 'hello-world' });
      const web = { cell: 'hello-world', container: 'web' };
      // Not /proc/PID/environ, over which nginx writes its title.
      assert.match((await insideCell(lab, web, 'env')).stdout, /^NGINX_HOST=example\.com$/m);
      const shown = await insideCell(lab, web, 'cat', '/usr/share/nginx/html/index.html');
      assert.equal(shown.stdout, 'hello\n');
      assert.match(await applyText(lab, CONTAINER_PAGE), /unchanged/);
    },
  );

  test(
    'the containers of a cell share net, IPC and UTS, and have the other namespaces alone',
    BOUND,
    async () => {
      assert.match(await applyText(lab, file(TRIO)), /trio created/);
      await untilCell(lab, ONE);
      const { pid } = await seeContainer(lab, ONE);
      for (const place of SIBLINGS) {
        const sibling = await seeContainer(lab, place);
        const of = async (kind: string) => [
          await namespaceOf(lab, pid, kind),
          await namespaceOf(lab, sibling.pid, kind),
        ];
        for (const kind of ['net', 'ipc', 'uts']) {
          const [one, other] = await of(kind);
          assert.equal(other, one, kind);
        }
        for (const kind of ['pid', 'mnt', 'cgroup']) {
          const [one, other] = await of(kind);
          assert.notEqual(other, one, kind);
        }
      }
    },
  );

  test('they share memory, localhost and one address', BOUND, async () => {
    const addresses = new Set<string>();
    for (const place of [ONE, ...SIBLINGS]) {
      const ran = await insideCell(lab, place, 'sh', '-c', LOOK);
      const [word, hostname, address = ''] = ran.stdout.trimEnd().split('\n');
      assert.deepEqual([word, hostname], ['shared', 'trio'], ran.stderr);
      addresses.add(address.trim());
    }
    assert.equal(addresses.size, 1);
    assert.match([...addresses].join(), /^inet 172\.20\.254\.\d+\/24/);
  });

  test('containerd, cgroups and files show them under the documented names', BOUND, async () => {
    const ids = ['one', 'three', 'two'].map((name) => `default_default_trio_${name}`);
    for (const list of ['containers', 'tasks']) {
      const { stdout } = await lab.exec(['ctr', '-n', 'kukeon-main', list, 'ls', '-q']);
      assert.deepEqual(
        stdout
          .split('\n')
          .filter((id) => id.includes('trio'))
          .toSorted(),
        ids,
      );
    }
    const leaves = ['one_root', 'three_three', 'two_two'];
    for (const root of await cgroupRoots(lab)) {
      const cell = pathOf(lab, join(root, 'kukeon/main/default/default/trio'));
      const entries = await readdir(cell, { withFileTypes: true });
      const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
      assert.deepEqual(folders.toSorted(), leaves, root);
    }
    const stack = '/opt/kukeon/main/default/default';
    const files = [
      'trio/cell.yaml',
      ...['one', 'two', 'three'].map((id) => `trio/containers/${id}.yaml`),
    ];
    for (const path of ['stack.yaml', ...files]) {
      const { mode } = await until(path, 10_000, () =>
        stat(pathOf(lab, join(stack, path))).catch(absent),
      );
      assert.equal(mode & 0o777, 0o640, path);
    }
    const text = await readFile(pathOf(lab, join(stack, 'trio/cell.yaml')), 'utf8');
    assert.match(await applyText(lab, text), /trio unchanged/);
  });

  test('each program finds its place in its environment', BOUND, async () => {
    const { pid } = await seeContainer(lab, { cell: 'trio', container: 'two' });
    const found = (await wordsOf(lab, pid, 'environ')).filter((word) => word.startsWith('KUKEON_'));
    assert.deepEqual(found.toSorted(), [
      'KUKEON_CELL_NAME=trio',
      'KUKEON_CGROUP_PATH=/sys/fs/cgroup/kukeon/main/default/default/trio/two_two',
      'KUKEON_CONTAINER_ID=two',
      'KUKEON_REALM=main',
      'KUKEON_SPACE=default',
      'KUKEON_STACK=default',
    ]);
  });

  test(
    'another space has a bridge and a range of its own, and does not reach the first by address',
    BOUND,
    async () => {
      const applied = await applyText(lab, file(FAR_CELL, NEAR_CELL, document('Space', 'prod')));
      assert.match(applied, /main\/prod\/shop\/far created/);
      await Promise.all([untilCell(lab, FAR), untilCell(lab, NEAR)]);
      const { stdout } = await lab.exec(['ip', '-brief', '-4', 'address']);
      assert.match(stdout, /^br0 .*172\.20\.254\.1\/24/m);
      assert.match(stdout, /^kb[0-9a-f]{10} .*10\.88\.\d+\.1\/24/m);
      const address = await addressOf(ONE);
      const ask = (place: typeof FAR | (typeof SIBLINGS)[number], at: string) =>
        insideCell(lab, place, 'wget', '-T', '3', '-qO-', `http://${at}:8000/hostname`);
      assert.equal((await ask({ cell: 'trio', container: 'two' }, address)).stdout, 'trio\n');
      const refused = await ask(FAR, address);
      assert.notEqual(refused.exitCode, 0);
      assert.match(refused.stderr, /unreachable|No route|Host is/i);
    },
  );

  test(
    'names lead to cells of the own space: short, with the stack, by alias, and in full',
    BOUND,
    async () => {
      const [far, near] = [await addressOf(FAR), await addressOf(NEAR)];
      const asked: readonly (readonly [name: string, address: string | undefined])[] = [
        ['far', far],
        ['far.shop', far],
        ['db', far],
        ['near', near],
        ['near.default', near],
        ['far.shop.prod.main.capsule.internal', far],
        ['near.default.prod.main.capsule.internal', near],
        ['trio', undefined],
        ['front', undefined],
      ];
      for (const [name, address] of asked) {
        assert.deepEqual([name, await lookUp(NEAR, name)], [name, address]);
      }
      assert.equal(await lookUp(ONE, 'front'), await addressOf(ONE));
      assert.equal(await lookUp(ONE, 'web-1'), await addressOf(ONE));
      assert.equal(await lookUp(ONE, 'trio.capsule.internal'), await addressOf(ONE));
      assert.equal(await lookUp(ONE, 'far'), undefined);
    },
  );

  test(
    'another realm has a namespace of containerd, and its images without another download',
    BOUND,
    async () => {
      // Enough for manifests, and for no layer.
      await lab.registry?.behave({ cutAfterBytes: 40_000 });
      await applyText(lab, file(document('Realm', 'other'), STRANGER_CELL));
      await untilCell(lab, STRANGER);
      await lab.registry?.behave('pass');
      const { stdout } = await lab.exec(['ctr', '-n', 'kukeon-other', 'tasks', 'ls', '-q']);
      assert.equal(stdout.trim(), 'default_default_stranger_stranger');
      const images = await lab.exec(['ctr', '-n', 'kukeon-other', 'images', 'ls', '-q']);
      assert.equal(images.stdout.trim(), IMAGE);
      await using client = connectCapsule(lab.host);
      const { images: listed } = await client.image.list({ realm: 'other' });
      const used = listed.map(({ name, usedBy }) => [name, usedBy.length]);
      assert.deepEqual(used, [[IMAGE, 1]]);
    },
  );

  test('a deletion with all that is in it leaves nothing behind', BOUND, async () => {
    await removeTree(lab, { realm: 'other' });
    await removeTree(lab, { realm: 'main', space: 'prod' });
    for (const cell of ['trio', 'hello-world']) {
      await removeTree(lab, { realm: 'main', space: 'default', stack: 'default', cell });
    }
    const { stdout: bridges } = await lab.exec(['ip', '-brief', 'link', 'show', 'type', 'bridge']);
    assert.deepEqual(
      bridges
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[0]),
      ['br0'],
    );
    const { stdout: namespaces } = await lab.exec(['ctr', 'namespaces', 'ls', '-q']);
    assert.equal(namespaces.trim(), 'kukeon-main');
    await until('the files are gone', 10_000, async () => {
      const found = await readdir(pathOf(lab, '/opt/kukeon'), { recursive: true });
      return found.every((path) => FIRST_FILES.test(path));
    });
    const { stdout: groups } = await lab.exec([
      'ls',
      '-R',
      join((await cgroupRoots(lab))[0] ?? '', 'kukeon'),
    ]);
    assert.doesNotMatch(groups, /other|prod|trio|hello-world/);
    const images = (footprint: Footprint) => ({
      ...footprint,
      snapshots: [],
      leases: [],
      ingests: [],
    });
    const left = difference(images(nothing), images(await footprint(lab)));
    assert.deepEqual(left, difference(nothing, nothing));
  });
});

/** The shared memory's word, the sibling's page, the address. */
const LOOK =
  'cat /dev/shm/word; wget -qO- http://localhost:8000/hostname; ip -4 addr show eth0 | grep inet';
/** Those of main/default/default. */
const FIRST_FILES = /^main(\/default){0,2}(\/\.?(realm|space|stack)\.yaml(\.digest)?)?$/;

function absent(failure: NodeJS.ErrnoException): undefined {
  if (failure.code !== 'ENOENT') throw failure;
}

type ContainerPlace = Parameters<typeof insideCell>[1];

async function addressOf(place: ContainerPlace): Promise<string> {
  const { stdout } = await insideCell(lab, place, 'ip', '-4', 'addr', 'show', 'eth0');
  return /inet ([\d.]+)/.exec(stdout)?.[1] ?? '';
}

/** Undefined for a name that does not exist. */
async function lookUp(place: ContainerPlace, name: string): Promise<string | undefined> {
  const { stdout } = await insideCell(lab, place, 'nslookup', name);
  const answer = stdout.slice(stdout.indexOf('\n\n'));
  return /Address: ([\d.]+)/.exec(answer)?.[1];
}
