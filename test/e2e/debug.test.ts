import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { type Lab, startLab } from '@capsule/testkit';
import { capsulectl, pathOf } from '../lab/capsulectl.ts';
import { pushBusybox } from '../lab/push-busybox.ts';
import { runInTerminal } from '../lab/terminal.ts';
import { until } from '../lab/until.ts';
import { runWorkload } from '../lab/workload.ts';

const BOUND = { timeout: 180_000 };
/** Of no other process on this machine. */
const SECONDS = 1_000_000 + randomInt(1_000_000);
/** A process that nothing but KILL ends, and that leaves its session. */
const STRAY = `trap "" TERM HUP; setsid sleep ${SECONDS} & echo started; wait`;

let lab: Lab;

const debug = (...words: string[]) => capsulectl(lab, ['capsule', 'debug', ...words]);
const sh = (script: string) => debug('--', 'sh', '-c', script);
/** The pids of processes that left their session. */
const strays = async () => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''));
  return (await Promise.all(lines)).filter((line) => line === `sleep\0${SECONDS}\0`);
};
const noStrays = () =>
  until('the end of all strays', 20_000, async () => (await strays()).length === 0);
const debugContainers = async () => {
  const { stdout } = await capsulectl(lab, ['workload', 'list', '-o', 'name']);
  return stdout.match(/capsule-debug-\w+/g) ?? [];
};

suite('capsule debug', { concurrency: false }, () => {
  before(async () => {
    lab = await startLab({ images: [] });
    await pushBusybox(lab, 'stay:1', { Cmd: ['/bin/sh'] });
    await runWorkload(lab, 'web', { image: 'stay:1', command: ['sleep', '1000'] });
  }, BOUND);
  after(() => lab[Symbol.asyncDispose](), BOUND);

  test('kuke, ctr and sudo act on the capsule, with its processes and network', BOUND, async () => {
    const { stdout } = await sh(
      'sudo kuke get cells -o name; sudo ctr -n kukeon-main containers ls -q; cat /proc/1/comm; ' +
        'ls -d /sys/class/net/br0; ls /perm/state.db; id -u; pwd; echo $HOME $NODE_ENV',
    );
    assert.deepEqual(stdout.trim().split('\n'), [
      'web',
      'default_default_web_web',
      'capsuled',
      '/sys/class/net/br0',
      '/perm/state.db',
      '0',
      '/',
      '/root',
    ]);
  });

  test('input, output, variables and exit code are those of the command', BOUND, async () => {
    const script = 'read line; echo "$line $A"; echo err >&2; exit 7';
    const words = ['capsule', 'debug', '-e', 'A=b', '--', 'sh', '-c', script];
    const said = await lab.capsulectlWith({ input: 'in\n' }, ...words);
    assert.deepEqual([said.exitCode, said.stdout, said.stderr], [7, 'in b\n', 'err\n']);
    const missing = await lab.capsulectl('capsule', 'debug', '--', 'nothing-there');
    assert.equal(missing.exitCode, 127, missing.stderr);
    assert.equal((await lab.capsulectl('capsule', 'debug', '--', '/etc')).exitCode, 126);
    assert.equal((await lab.capsulectl('debug', '--keep')).exitCode, 2);
  });

  test('a person gets a shell with a terminal', BOUND, async () => {
    using shell = runInTerminal(lab, ['capsulectl', 'capsule', 'debug']);
    await shell.shows(/# /);
    shell.type('stty size; tty\r');
    await shell.shows(/30 100\r\n\/dev\/pts\/\d+\r\n/);
    shell.resize(70, 20);
    shell.type('sleep 1000\r');
    await until('the command', 20_000, async () => /sleep 1000/.test(shell.text()));
    shell.type('\x03');
    shell.type('stty size; echo $TERM\r');
    await shell.shows(/20 70\r\nxterm\r\n/);
    shell.type('exit 5\r');
    assert.equal(await shell.exit, 5);
  });

  test('nothing is left of a session: no process, no mount', BOUND, async () => {
    const { stdout } = await sh(
      'mkdir -p /tmp/there && mount -t tmpfs none /tmp/there && touch /tmp/there/x && ls /tmp/there; ' +
        `setsid sleep ${SECONDS} & echo ended`,
    );
    assert.equal(stdout, 'x\nended\n');
    assert.deepEqual(await strays(), []);
    assert.deepEqual(await readdir(pathOf(lab, '/tmp/there')), []);
  });

  test('a session ends with its client', BOUND, async () => {
    const child = spawn('capsulectl', ['capsule', 'debug', '--', 'sh', '-c', STRAY], {
      env: lab.env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    assert.equal((await strays()).length, 1);
    child.kill('SIGKILL');
    await noStrays();
  });

  test('a session ends with capsuled', BOUND, async () => {
    const child = spawn('capsulectl', ['capsule', 'debug', '--', 'sh', '-c', STRAY], {
      env: lab.env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child.stdout, 'data');
    await lab.killCapsuled();
    await noStrays();
    child.kill();
    await lab.ready();
  });

  test('a session needs no container runtime', BOUND, async () => {
    process.kill(await lab.servicePid('containerd'), 'SIGSTOP');
    try {
      assert.equal((await sh('echo here')).stdout, 'here\n');
    } finally {
      process.kill(await lab.servicePid('containerd'), 'SIGCONT');
    }
  });

  test('an image runs in a container that reaches the capsule, and goes', BOUND, async () => {
    const script =
      'busybox head -n1 /etc/group; busybox chroot /host kuke get cells -o name; ls /perm/state.db';
    const { stdout } = await debug('-i', 'stay:1', '--', 'busybox', 'sh', '-c', script);
    assert.match(
      stdout,
      /^root:x:0:\n(web\ncapsule-debug-\w+|capsule-debug-\w+\nweb)\n\/perm\/state\.db\n$/,
    );
    assert.deepEqual(await debugContainers(), []);
    assert.deepEqual(await readdir(pathOf(lab, '/perm/debug')), []);
  });

  test('the container of an image that cannot be pulled goes, too', BOUND, async () => {
    const { exitCode, stderr } = await lab.capsulectl('capsule', 'debug', '-i', 'nowhere:1');
    assert.equal(exitCode, 125);
    assert.match(stderr, /the debug container of image nowhere:1 has not started/);
    assert.deepEqual(await debugContainers(), []);
  });

  test('a killed capsuled leaves no debug container', BOUND, async () => {
    const words = ['capsule', 'debug', '-i', 'stay:1', '--', 'sh', '-c', 'echo in; sleep 1000'];
    const child = spawn('capsulectl', words, { env: lab.env, stdio: ['ignore', 'pipe', 'ignore'] });
    await once(child.stdout, 'data');
    await lab.killCapsuled();
    child.kill();
    await lab.ready();
    await until('its deletion', 20_000, async () => (await debugContainers()).length === 0);
  });

  test('a kept container is a workload', BOUND, async () => {
    await debug('-i', 'stay:1', '--keep', '--', 'true');
    const [name = ''] = await debugContainers();
    await capsulectl(lab, ['workload', 'exec', name, '--', 'ls', '/host/perm/state.db']);
    await capsulectl(lab, ['workload', 'delete', name]);
  });

  test('the audit log has each session', BOUND, async () => {
    const { stdout } = await capsulectl(lab, ['audit']);
    assert.match(stdout, /CapsuleService\/Debug .*started/);
    assert.match(stdout, /CapsuleService\/Debug .*(ok|left)/);
  });
});
