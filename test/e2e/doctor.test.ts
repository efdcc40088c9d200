import assert from 'node:assert/strict';
import { mkdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { busyboxRecipe, type Lab, startLab } from '@capsule/testkit';
import { capsulectl, pathOf } from '../lab/capsulectl.ts';
import { applyText, document, file, untilCell } from '../lab/cell.ts';
import { cgroupRoots } from '../lab/cgroup.ts';

const BOUND = { timeout: 180_000 };
const IMAGE = 'docker.io/library/busybox:latest';
const STAY = 'trap exit TERM; while :; do sleep 1000 & wait; done';
/** Half of the range of main/default. */
const HALF = '172.20.254.128/25';

interface Check {
  readonly section: string;
  readonly name: string;
  readonly level: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  readonly hint?: string;
}

/** Warnings of a machine that a healthy lab may have. */
const OF_THE_MACHINE: readonly string[] = [
  'kernel/tun',
  'kernel/loop',
  'kernel/ipv6',
  'disk/state',
];

const staying = (id: string, more: object = {}) => {
  const program = { image: IMAGE, command: '/bin/sh', args: ['-c', STAY], user: '1000:1000' };
  return { id, ...program, ...more };
};
const PAIR = document('Cell', 'pair', {
  containers: [staying('one', { root: true }), staying('two')],
});
const FAR = document('Cell', 'far', { spaceId: 'prod', containers: [staying('far')] });

/** Something that is left behind: how, the check that reports it, and the tidying that its hint asks for. */
interface Leftover {
  readonly check: string;
  readonly detail: RegExp;
  readonly hint: RegExp;
  leave(lab: Lab): Promise<unknown>;
  tidy(lab: Lab): Promise<unknown>;
}

/** A record without a task, of an image that nothing has to be pulled for. */
const container = (lab: Lab, namespace: string, id: string) =>
  lab.exec(['ctr', '-n', namespace, 'containers', 'create', '--rootfs', '/srv', id, '/bin/true']);

const LEFTOVERS: Readonly<Record<string, Leftover>> = {
  'a containerd namespace with a container': {
    check: 'leftovers/namespaces',
    detail: /kukeon-stray \(1 container\)/,
    hint: /ctr namespaces remove NAMESPACE/,
    leave: (lab) => container(lab, 'kukeon-stray', 'left'),
    tidy: async (lab) => {
      await lab.exec(['ctr', '-n', 'kukeon-stray', 'containers', 'remove', 'left']);
      await lab.exec(['ctr', 'namespaces', 'remove', 'kukeon-stray']);
    },
  },
  'a container without a record': {
    check: 'leftovers/containers',
    detail: /kukeon-main\/left$/,
    hint: /ctr -n NAMESPACE containers remove ID/,
    leave: (lab) => container(lab, 'kukeon-main', 'left'),
    tidy: (lab) => lab.ctr('containers', 'remove', 'left'),
  },
  'a cgroup': {
    check: 'leftovers/cgroups',
    detail: /\/kukeon\/main\/stray$/,
    hint: /rmdir/,
    leave: async (lab) => mkdir(await strayCgroup(lab)),
    tidy: async (lab) => rmdir(await strayCgroup(lab)),
  },
  'a cgroup of a container': {
    check: 'leftovers/cgroups',
    detail: /\/kukeon\/main\/default\/default\/pair\/gone_gone\b/,
    hint: /rmdir/,
    leave: async (lab) => mkdir(await strayCgroup(lab, 'default/default/pair/gone_gone')),
    tidy: async (lab) => rmdir(await strayCgroup(lab, 'default/default/pair/gone_gone')),
  },
  'a microVM': {
    check: 'leftovers/microVMs',
    detail: /default_default_gone_gone$/,
    hint: /microvm/,
    leave: async (lab) => {
      await mkdir(pathOf(lab, '/perm/microvm/default_default_gone_gone'), { recursive: true });
    },
    tidy: (lab) => rmdir(pathOf(lab, '/perm/microvm/default_default_gone_gone')),
  },
  'a file made by hand': {
    check: 'leftovers/files',
    detail: /main\/notes\.txt$/,
    hint: /out of \/opt\/kukeon.*`capsulectl apply`/,
    leave: (lab) => writeFile(pathOf(lab, '/opt/kukeon/main/notes.txt'), 'mine\n'),
    tidy: (lab) => rm(pathOf(lab, '/opt/kukeon/main/notes.txt')),
  },
  'a network namespace of a cell': {
    check: 'leftovers/cell networks',
    detail: /main_default_default_gone$/,
    hint: /ip netns delete NAME/,
    leave: (lab) => lab.exec(['ip', 'netns', 'add', 'main_default_default_gone']),
    tidy: (lab) => lab.exec(['ip', 'netns', 'delete', 'main_default_default_gone']),
  },
  'a folder of logs': {
    check: 'leftovers/logs',
    detail: /main_default_default_gone$/,
    hint: /log\/workload/,
    leave: (lab) => mkdir(pathOf(lab, '/perm/log/workload/main_default_default_gone')),
    tidy: (lab) => rmdir(pathOf(lab, '/perm/log/workload/main_default_default_gone')),
  },
};

async function strayCgroup(lab: Lab, path = 'stray'): Promise<string> {
  const [root = ''] = await cgroupRoots(lab);
  return pathOf(lab, join(root, 'kukeon/main', path));
}

async function diagnose(lab: Lab, ...sections: string[]) {
  const args = ['doctor', ...sections, '--json'];
  const { stdout, exitCode } = await capsulectl(lab, args, { allow: [0, 1] });
  return { checks: JSON.parse(stdout) as readonly Check[], exitCode };
}

const troubles = (checks: readonly Check[]) =>
  checks.filter(({ level }) => level !== 'ok').map(({ section, name }) => `${section}/${name}`);

let lab: Lab;

suite('doctor', { concurrency: false }, () => {
  before(async () => {
    lab = await startLab({ images: [busyboxRecipe] });
    await applyText(lab, file(PAIR, FAR));
    await untilCell(lab, { cell: 'pair' });
    await untilCell(lab, { space: 'prod', cell: 'far' });
  }, BOUND);
  after(() => lab[Symbol.asyncDispose](), BOUND);

  test('a capsule with running cells is healthy', BOUND, async () => {
    const { checks, exitCode } = await diagnose(lab);
    const own = checks.filter(
      ({ section, name }) => !OF_THE_MACHINE.includes(`${section}/${name}`),
    );
    assert.deepEqual(troubles(own), []);
    assert.equal(exitCode, 0);
    const bridges = checks.filter(
      ({ section, detail }) => section === 'networks' && / has /.test(detail),
    );
    assert.deepEqual(
      bridges.map(({ name }) => name),
      ['main/default', 'main/prod'],
    );
  });

  test('each leftover is a warning with a hint, and the hint removes it', BOUND, async () => {
    for (const { leave } of Object.values(LEFTOVERS)) await leave(lab);
    const { checks, exitCode } = await diagnose(lab, 'leftovers');
    for (const [name, { check, detail, hint }] of Object.entries(LEFTOVERS)) {
      const found = checks.find((one) => `${one.section}/${one.name}` === check);
      assert.equal(found?.level, 'warn', name);
      assert.match(found?.detail ?? '', detail);
      assert.match(found?.hint ?? '', hint);
    }
    const expected = new Set(Object.values(LEFTOVERS).map(({ check }) => check));
    assert.deepEqual(new Set(troubles(checks)), expected);
    assert.equal(exitCode, 0);
    for (const { tidy } of Object.values(LEFTOVERS)) await tidy(lab);
    assert.deepEqual(troubles((await diagnose(lab, 'leftovers')).checks), []);
  });

  test('a route that takes the range of a space is a failure', BOUND, async () => {
    const route = [HALF, 'via', lab.hostAddress];
    await lab.exec(['ip', 'route', 'add', ...route]);
    const { checks, exitCode } = await diagnose(lab, 'networks');
    const found = checks.find(({ name }) => name === 'range of main/default');
    assert.equal(found?.level, 'fail');
    assert.match(
      found?.detail ?? '',
      /^172\.20\.254\.0\/24 overlaps the route 172\.20\.254\.128\/25 of \w+$/,
    );
    assert.match(found?.hint ?? '', /move the route/);
    assert.equal(exitCode, 1);
    const status = await capsulectl(lab, ['status']);
    assert.match(status.stdout, /^networks +FAIL +range of main\/default: /m);
    await lab.exec(['ip', 'route', 'delete', ...route]);
    assert.equal((await diagnose(lab, 'networks')).exitCode, 0);
  });

  test(
    'a containerd that is away is a failure, and the other sections are complete',
    BOUND,
    async () => {
      const pid = await lab.servicePid('containerd');
      process.kill(pid, 'SIGSTOP');
      try {
        const { checks, exitCode } = await diagnose(lab);
        assert.equal(exitCode, 1);
        const levelOf = (section: string, name: string) =>
          checks.find((one) => one.section === section && one.name === name)?.level;
        assert.equal(levelOf('containerd', 'RUNTIME_UNAVAILABLE'), 'fail');
        assert.equal(levelOf('leftovers', 'containers'), 'warn');
        assert.equal(levelOf('leftovers', 'cgroups'), 'ok');
        assert.equal(levelOf('kernel', 'overlayfs'), 'ok');
        assert.equal(levelOf('capsule', 'store'), 'ok');
      } finally {
        process.kill(pid, 'SIGCONT');
      }
    },
  );
});
