import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { dockerArchive, type Lab, startLab, testImage } from '@capsule/testkit';
import { capsulectl } from '../lab/capsulectl.ts';
import { namespaceOf, statusField, wordsOf } from '../lab/process.ts';
import { pushBusybox } from '../lab/push-busybox.ts';
import { SYSCALLS, syscallProgram } from '../lab/syscall-program.ts';
import { manifest, printed, type RunningWorkload, runWorkload } from '../lab/workload.ts';

const BOUND = { timeout: 180_000 };
const STAY = 'while :; do sleep 1000; done';
/** Fourteen capabilities: chown, dac_override, fowner, fsetid, kill, setgid, … */
const DEFAULT_CAPABILITIES = '00000000a80425fb';
const NONE = '0000000000000000';

/** Tries operations that must fail, and prints `attempt: yes` or `attempt: no`. */
const ATTEMPTS: Readonly<Record<string, string>> = {
  'read /proc/kcore': '[ $(busybox head -c 1 /proc/kcore | busybox wc -c) = 1 ]',
  'read /proc/keys': '[ -n "$(cat /proc/keys)" ]',
  'read /proc/timer_list': '[ -n "$(busybox head -n 1 /proc/timer_list)" ]',
  'list /sys/firmware': '[ -n "$(ls /sys/firmware)" ]',
  'write /proc/sys': 'echo taken > /proc/sys/kernel/hostname',
  'write /proc/sysrq-trigger': 'echo h > /proc/sysrq-trigger',
  'write /proc/irq': 'busybox touch /proc/irq/default_smp_affinity',
  'make a cgroup':
    'for d in /sys/fs/cgroup/*/; do mkdir $d/mine && exit; done; [ -e /sys/fs/cgroup/cgroup.procs ] && mkdir /sys/fs/cgroup/mine',
  'write /sys': 'echo 1 > /sys/kernel/uevent_seqnum || busybox touch /sys/mine',
  'mount a tmpfs': 'mount -t tmpfs tmpfs /tmp',
  'mount proc again': 'mkdir /tmp/proc; mount -t proc proc /tmp/proc',
  'make /proc/sys writable': 'mount -o remount,rw,bind /proc/sys',
  'unmount a mask': 'busybox umount /proc/kcore',
  'change the host name': 'busybox hostname taken',
  'change the network': 'busybox ip link set lo down',
  'make a user namespace': 'busybox unshare -U true',
  'make a network namespace': 'busybox unshare -n true',
  'read the memory of the machine': 'busybox mknod /tmp/mem c 1 1; busybox head -c 1 /tmp/mem',
  'read the kernel log': 'busybox mknod /tmp/kmsg c 1 11; busybox head -c 1 /tmp/kmsg',
  'read a disk': 'busybox mknod /tmp/sda b 8 0; busybox head -c 1 /tmp/sda',
  'mount a file system of its own': 'busybox mknod /tmp/fuse c 10 229; : < /tmp/fuse',
};
/** Tries operations that must succeed, because a container that can do nothing would prove nothing. */
const RIGHTS: Readonly<Record<string, string>> = {
  'use /dev/null': 'echo x > /dev/null',
  'use /dev/zero and /dev/urandom': 'busybox head -c 1 /dev/zero /dev/urandom',
  'change owners': 'echo > /tmp/f && busybox chown 7:7 /tmp/f',
  'read its own processes': '[ -r /proc/self/status ]',
  'make a pipe by mknod': 'busybox mknod /tmp/pipe p',
};

let lab: Lab;
let probe: RunningWorkload;
let said: ReadonlyMap<string, string>;

before(async () => {
  lab = await startLab({ images: [] });
  await pushBusybox(lab, 'stay:1', { Cmd: ['/bin/sh', '-c', STAY], StopSignal: 'SIGKILL' });
  await pushProbe();
  probe = await runWorkload(lab, 'probe', {
    image: 'probe:1',
    command: ['/bin/sh', '-c', script()],
  });
  const text = await printed(lab, 'probe', (all) => all.includes('done: all\n'));
  said = new Map(text.split('\n').map((line) => line.split(': ') as [string, string]));
}, BOUND);

after(() => lab[Symbol.asyncDispose](), BOUND);

test('a container runs with a seccomp filter, no new privileges and few capabilities', async () => {
  const { pid } = probe.status;
  assert.equal(await statusField(lab, pid, 'Seccomp'), '2');
  assert.equal(await statusField(lab, pid, 'NoNewPrivs'), '1');
  for (const set of ['CapBnd', 'CapEff', 'CapPrm']) {
    assert.equal(await statusField(lab, pid, set), DEFAULT_CAPABILITIES, set);
  }
  for (const set of ['CapInh', 'CapAmb']) assert.equal(await statusField(lab, pid, set), NONE, set);
});

test('a container has its own namespaces, different from the capsule and other containers', async () => {
  const other = await runWorkload(lab, 'other', { image: 'stay:1' });
  for (const kind of ['pid', 'mnt', 'net', 'ipc', 'uts', 'cgroup']) {
    const seen = await Promise.all(
      [1, probe.status.pid, other.status.pid].map((pid) => namespaceOf(lab, pid, kind)),
    );
    assert.equal(new Set(seen).size, 3, `${kind}: ${seen}`);
  }
});

for (const attempt of Object.keys(ATTEMPTS)) {
  test(`a container cannot ${attempt}`, () => assert.equal(said.get(attempt), 'no'));
}

for (const right of Object.keys(RIGHTS)) {
  test(`a container can ${right}`, () => assert.equal(said.get(right), 'yes'));
}

const skip = process.arch === 'x64' ? false : 'the probes are made for x86-64';
for (const name of Object.keys(SYSCALLS)) {
  const { errno, what } = expected(name);
  test(`the call ${name} ${what}`, { skip }, () => assert.equal(said.get(`call ${name}`), errno));
}

const users: readonly {
  readonly user: string;
  readonly uid: string;
  readonly gid: string;
  readonly groups: readonly string[];
  readonly home: string;
}[] = [
  { user: 'web', uid: '101', gid: '102', groups: ['200'], home: '/srv' },
  { user: 'web:extra', uid: '101', gid: '200', groups: [], home: '/srv' },
  { user: '101', uid: '101', gid: '102', groups: ['200'], home: '/srv' },
  { user: '1234:5678', uid: '1234', gid: '5678', groups: [], home: '/' },
];
for (const [index, { user, uid, gid, groups, home }] of users.entries()) {
  test(`USER ${user} of an image runs the program, with its groups and without capabilities`, async () => {
    const image = `user-${index}:1`;
    await pushBusybox(lab, image, {
      User: user,
      Cmd: ['/bin/sh', '-c', STAY],
      StopSignal: 'SIGKILL',
    });
    const { pid } = (await runWorkload(lab, `user-${index}`, { image })).status;
    assert.equal(await statusField(lab, pid, 'Uid'), [uid, uid, uid, uid].join('\t'));
    assert.equal(await statusField(lab, pid, 'Gid'), [gid, gid, gid, gid].join('\t'));
    const supplementary = (await statusField(lab, pid, 'Groups')).split(' ').filter(Boolean);
    assert.deepEqual(
      supplementary.filter((group) => group !== gid),
      groups,
    );
    assert.equal(await statusField(lab, pid, 'CapEff'), NONE);
    assert.equal(await statusField(lab, pid, 'CapBnd'), DEFAULT_CAPABILITIES);
    assert.ok((await wordsOf(lab, pid, 'environ')).includes(`HOME=${home}`));
  });
}

test('the error names a USER that the image does not know', async () => {
  await pushBusybox(lab, 'stranger:1', { User: 'stranger', Cmd: ['/bin/sh'] });
  const answer = await capsulectl(lab, ['apply', '-f', '-', '--wait', '--timeout', '30s'], {
    input: manifest('stranger', { image: 'stranger:1' }),
    allow: [1],
  });
  assert.match(answer.stderr, /stranger.*user|user.*stranger/i);
});

function script(): string {
  const tries = Object.entries({ ...ATTEMPTS, ...RIGHTS }).map(
    ([what, command]) =>
      `if ( ${command} ) >/dev/null 2>&1; then echo '${what}: yes'; else echo '${what}: no'; fi`,
  );
  const calls = 'cd /probe; for call in *; do ./$call; echo "call $call: $?"; done';
  return [...tries, calls, 'echo done: all', STAY].join('\n');
}

async function pushProbe(): Promise<void> {
  const programs = Object.entries(SYSCALLS).map(([name, call]) => ({
    path: `probe/${name}`,
    data: syscallProgram(call),
    mode: 0o755,
  }));
  const busybox = { path: 'bin/busybox', data: await readFile('/bin/busybox'), mode: 0o755 };
  const names = ['sh', 'sleep', 'echo', 'cat', 'ls', 'mkdir', 'mount', 'true', '['];
  const links = names.map((name) => ({ path: `bin/${name}`, link: 'busybox' }));
  const image = testImage({
    layers: [
      [{ path: 'bin/' }, busybox, ...links, { path: 'tmp/', mode: 0o1777 }],
      [{ path: 'probe/' }, ...programs],
    ],
    config: { StopSignal: 'SIGKILL' },
  });
  await capsulectl(lab, ['image', 'push', '-'], { input: dockerArchive(image, ['probe:1']) });
}

function expected(name: string): { readonly errno: string; readonly what: string } {
  if (name === 'sched_yield') return { errno: '0', what: 'is allowed' };
  if (name === 'clone3')
    return { errno: '38', what: 'is said not to exist, so that clone is used' };
  return { errno: '1', what: 'is answered with EPERM' };
}
