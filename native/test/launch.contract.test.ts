import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { capsuleInit, capsuleLaunch, missing } from './binary.ts';
import { cgroupDirectories, cgroupProcesses } from './cgroup.ts';
import { Program, run } from './program.ts';
import { createScratch } from './scratch.ts';
import { busybox, makeRoot, startCapsule, uniqueCgroup } from './small-capsule.ts';
import { until } from './until.ts';

/** A service that runs a script and stays. */
const script = (text: string) =>
  `[probe]\nexec = /bin/sh -c "${text}; echo end; exec sleep 1000"\n`;
const skip = await missing(capsuleInit, capsuleLaunch, busybox);

describe('capsule-launch', { skip, timeout: 60_000 }, () => {
  test('starts the capsule in new namespaces, with its own PID 1', async () => {
    await using scratch = await createScratch();
    await makeRoot(scratch, script('echo pid $PPID; ls /proc | grep -c ^[0-9]'));
    await using capsule = startCapsule(scratch);
    await capsule.program.line(/ probe F end$/);
    await capsule.program.line(/ probe F pid 1$/);
    const pid = await capsule.pid();
    for (const kind of ['mnt', 'pid', 'net', 'uts', 'ipc', 'cgroup']) {
      const [inside, outside] = [pid, 'self'].map((it) => readlinkSync(`/proc/${it}/ns/${kind}`));
      assert.notEqual(inside, outside, kind);
    }
    assert.equal(readlinkSync(`/proc/${pid}/ns/user`), readlinkSync('/proc/self/ns/user'));
  });

  test('boots without a warning, with everything mounted', async () => {
    await using scratch = await createScratch();
    await makeRoot(
      scratch,
      script("cut -d' ' -f2 /proc/mounts | tr '\\\\n' ' '; echo; ip link show lo; ls -m /dev/fd"),
    );
    await using capsule = startCapsule(scratch);
    await capsule.program.line(/ probe F end$/);
    const [mounts] = await capsule.program.line(/ probe F \/ .*/);
    for (const wanted of '/proc /sys /dev /dev/pts /dev/shm /dev/mqueue /run /tmp /perm /srv /opt/kukeon'.split(
      ' ',
    )) {
      assert.ok(mounts.includes(` ${wanted} `), `${wanted} in ${mounts}`);
    }
    assert.match(mounts, / \/sys\/fs\/cgroup /);
    await capsule.program.line(/ probe F .*lo: <LOOPBACK,UP,LOWER_UP>/);
    const complaints = capsule.program.lines.filter((line) => / init F boot /.test(line));
    assert.deepEqual(complaints, []);
  });

  test('works on a host without device nodes that load a driver, and with umask 077', async () => {
    await using scratch = await createScratch();
    const stat = "stat -c '%n %t:%T %a' /dev/net/tun /dev/loop-control /tmp /run";
    await makeRoot(scratch, script(`umask; ${stat}`));
    const places = ['--perm', scratch.path('perm'), '--run', scratch.path('run')];
    const launch = [capsuleLaunch, '--name', 'small', '--lower', scratch.path('lower'), ...places];
    const hide = 'umask 077; mount -t tmpfs tmpfs /dev/net && exec "$0" "$@"';
    const argv = ['--mount', 'sh', '-c', hide, ...launch, '--', '/sbin/capsuled'];
    await using program = new Program('unshare', argv);
    await program.line(/ probe F end$/);
    const lines = program.lines.flatMap((line) => / probe F (.*)$/.exec(line)?.[1] ?? []);
    assert.deepEqual(lines.slice(0, 2), ['0022', '/dev/net/tun a:c8 666']);
    assert.match(lines[2] ?? '', /^\/dev\/loop-control a:ed 6[06]0$/);
    assert.deepEqual(lines.slice(3, 5), ['/tmp 0:0 1777', '/run 0:0 755']);
  });

  test('sees its own cgroup as the root of every hierarchy', async () => {
    await using scratch = await createScratch();
    await makeRoot(scratch, script('cat /proc/self/cgroup'));
    await using capsule = startCapsule(scratch);
    await capsule.program.line(/ probe F end$/);
    const seen = capsule.program.lines.filter((line) => / probe F \d+:/.test(line));
    for (const line of seen) assert.match(line, /:\/$|::\/system\/probe$/);
    const hierarchies = readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n').length;
    assert.equal(seen.length, hierarchies);
    assert.ok(cgroupProcesses(capsule.cgroup).includes(await capsule.pid()));
  });

  test('the root is writable, and its layers do not change', async () => {
    await using scratch = await createScratch();
    await makeRoot(scratch, script('echo new > /etc/new && echo changed > /bin/ls && rm -r /sbin'));
    const before = readdirSync(scratch.path('lower'), { recursive: true }).sort();
    await using capsule = startCapsule(scratch);
    await capsule.program.line(/ probe F end$/);
    assert.deepEqual(readdirSync(capsule.lower, { recursive: true }).sort(), before);
    assert.ok(readFileSync(join(capsule.lower, 'bin', 'ls')).length > 100_000);
  });

  test('the first layer is on top', async () => {
    await using scratch = await createScratch();
    await makeRoot(scratch, script('cat /layer'));
    for (const name of ['top', 'with:colon']) mkdirSync(scratch.path(name));
    writeFileSync(scratch.path('lower', 'layer'), 'bottom\n');
    writeFileSync(scratch.path('top', 'layer'), 'top\n');
    const name = uniqueCgroup();
    await using program = new Program(capsuleLaunch, [
      ...['--name', 'layers', '--lower', `${scratch.path('top')}:${scratch.path('lower')}`],
      ...['--perm', scratch.path('perm'), '--run', scratch.path('run'), '--cgroup', name],
      ...['--', '/sbin/capsuled'],
    ]);
    await program.line(/ probe F top$/);
    program.child.kill();
    assert.equal(await program.exit, 0);
  });

  test('keeps /perm and the log, shares /run/capsule, and resets everything else', async () => {
    await using scratch = await createScratch();
    await makeRoot(
      scratch,
      script(
        'cat /perm/state /etc/state; echo kept > /perm/state; echo gone > /etc/state; echo x > /run/capsule/sock',
      ),
    );
    for (const expected of [/can't open '\/perm\/state'/, / probe F kept$/]) {
      await using capsule = startCapsule(scratch);
      await capsule.program.line(/ probe F end$/);
      await capsule.program.line(expected);
      await capsule.program.line(/can't open '\/etc\/state'/);
      assert.equal(readFileSync(join(capsule.run, 'sock'), 'utf8'), 'x\n');
      capsule.program.child.kill('SIGTERM');
      assert.equal(await capsule.program.exit, 0);
    }
    const log = readFileSync(scratch.path('perm', 'log', 'capsule.log'), 'utf8');
    assert.equal(log.match(/ init F powering off\n/g)?.length, 2);
  });

  test('/srv and /opt/kukeon are folders of /perm, writable, with what they held before', async () => {
    await using scratch = await createScratch();
    const show = "stat -c '%n %a' /srv /opt/kukeon; cat /srv/page /opt/kukeon/realm";
    await makeRoot(scratch, script(`${show}; echo one > /srv/page; echo two > /opt/kukeon/realm`));
    const told = async () => {
      await using capsule = startCapsule(scratch);
      await capsule.program.line(/ probe F end$/);
      return capsule.program.lines.flatMap((line) => / probe F (.*)$/.exec(line)?.[1] ?? []);
    };
    const folders = ['/srv 755', '/opt/kukeon 750'];
    assert.deepEqual((await told()).slice(0, 2), folders);
    assert.equal(readFileSync(scratch.path('perm', 'srv', 'page'), 'utf8'), 'one\n');
    assert.equal(readFileSync(scratch.path('perm', 'kukeon', 'realm'), 'utf8'), 'two\n');
    chmodSync(scratch.path('perm', 'srv'), 0o775);
    assert.deepEqual(await told(), ['/srv 775', '/opt/kukeon 750', 'one', 'two', 'end']);
  });

  test('sets the given host name, resolv.conf and environment, and nothing else', async () => {
    await using scratch = await createScratch();
    await makeRoot(scratch, script('cat /proc/sys/kernel/hostname /etc/resolv.conf; env'));
    writeFileSync(scratch.path('lower', 'etc', 'hostname'), 'of-the-image\n');
    writeFileSync(scratch.path('resolv'), 'nameserver 192.0.2.1\n');
    await using capsule = startCapsule(scratch, [
      ...['--hostname', 'told', '--resolv-conf', scratch.path('resolv')],
      ...['--env', 'EXTRA=a=b c'],
    ]);
    await capsule.program.line(/ probe F end$/);
    await capsule.program.line(/ probe F told$/);
    await capsule.program.line(/ probe F nameserver 192\.0\.2\.1$/);
    const variables = capsule.program.lines.flatMap(
      (line) => / probe F ([A-Z_]+=.*)$/.exec(line)?.[1]?.replace(/^TERM=.*/, 'TERM=') ?? [],
    );
    assert.deepEqual(variables.filter((it) => !/^(PWD|SHLVL|OLDPWD)=/.test(it)).sort(), [
      'CAPSULE_EMBEDDED=1',
      'CAPSULE_HOSTNAME=told',
      'EXTRA=a=b c',
      'HOME=/root',
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'TERM=',
    ]);
  });

  test('enters the given network namespace', async () => {
    await using scratch = await createScratch();
    await makeRoot(scratch, script('ip link'));
    const name = uniqueCgroup();
    await run('ip', 'netns', 'add', name);
    await using _netns = {
      [Symbol.asyncDispose]: () => run('ip', 'netns', 'del', name).then(() => {}),
    };
    await run('ip', '-n', name, 'link', 'add', 'told0', 'type', 'bridge');
    await using capsule = startCapsule(scratch, ['--netns', `/run/netns/${name}`]);
    await capsule.program.line(/ probe F .*told0/);
  });

  test('ends with the exit code of PID 1', async () => {
    await using scratch = await createScratch();
    await makeRoot(scratch, '');
    await using exits = startCapsule(scratch, [], ['/bin/sh', '-c', 'exit 42']);
    assert.equal(await exits.program.exit, 42);
    await using reboots = startCapsule(scratch);
    await reboots.pid();
    reboots.program.child.kill('SIGUSR1');
    assert.equal(await reboots.program.exit, 133);
    await using killed = startCapsule(scratch);
    process.kill(await killed.pid(), 'SIGKILL');
    assert.equal(await killed.program.exit, 128 + 9);
  });

  test('a request to stop that arrives before PID 1 has started is not lost', async () => {
    await using scratch = await createScratch();
    await makeRoot(scratch, script('true'));
    await using capsule = startCapsule(scratch);
    await until('the pid file', () => existsSync(scratch.path(`${capsule.cgroup}.pid`)));
    capsule.program.child.kill('SIGTERM');
    assert.equal(await capsule.program.exit, 0);
  });

  test('a clean stop leaves no cgroup and no pid file', async () => {
    await using scratch = await createScratch();
    await makeRoot(scratch, script('true'));
    await using capsule = startCapsule(scratch);
    await capsule.program.line(/ probe F end$/);
    assert.notDeepEqual(cgroupDirectories(capsule.cgroup), []);
    capsule.program.child.kill('SIGINT');
    assert.equal(await capsule.program.exit, 0);
    assert.deepEqual(cgroupDirectories(capsule.cgroup), []);
    assert.ok(!existsSync(scratch.path(`${capsule.cgroup}.pid`)));
  });

  test('a killed launcher leaves no process, and the cgroup can be cleaned repeatedly', async () => {
    await using scratch = await createScratch();
    await makeRoot(scratch, script('setsid sleep 1000 & setsid sleep 1000 & true'));
    await using capsule = startCapsule(scratch);
    await capsule.program.line(/ probe F end$/);
    assert.ok(cgroupProcesses(capsule.cgroup).length >= 4);
    capsule.program.child.kill('SIGKILL');
    await until('the last process to end', () => cgroupProcesses(capsule.cgroup).length === 0);
    for (let times = 0; times < 2; times++)
      await run(capsuleLaunch, '--clean-cgroup', capsule.cgroup);
    assert.deepEqual(cgroupDirectories(capsule.cgroup), []);
  });

  test('dies with its parent on request', async () => {
    await using scratch = await createScratch();
    await makeRoot(scratch, script('true'));
    const name = uniqueCgroup();
    const command = [
      ...[capsuleLaunch, '--name', 'orphan', '--lower', scratch.path('lower')],
      ...['--perm', scratch.path('perm'), '--run', scratch.path('run'), '--cgroup', name],
      ...['--die-with-parent', '--', '/sbin/capsuled'],
    ];
    await using parent = new Program('sh', ['-c', `${command.join(' ')} & wait`]);
    await parent.line(/ probe F end$/);
    parent.child.kill('SIGKILL');
    await parent.stderrEnd;
    await until('the last process to end', () => cgroupProcesses(name).length === 0);
    await run(capsuleLaunch, '--clean-cgroup', name);
  });

  test('does not start if its parent is gone already', async () => {
    await using scratch = await createScratch();
    await makeRoot(scratch, script('true'));
    await using gone = new Program('true', []);
    await gone.exit;
    await using capsule = startCapsule(scratch, [`--die-with-parent=${gone.pid}`]);
    assert.equal(await capsule.program.exit, 125);
    assert.match(capsule.program.lines.join('\n'), /find the parent process alive/);
  });

  test('cleaning kills the remaining processes in the cgroup', async () => {
    const name = uniqueCgroup();
    const sleeper = spawn('sleep', ['1000'], { stdio: 'ignore' });
    const roots = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
    const root = roots.find((line) => / - cgroup2 |pids/.test(line))?.split(' ')[4] ?? '';
    mkdirSync(join(root, name, 'below'), { recursive: true });
    writeFileSync(join(root, name, 'below', 'cgroup.procs'), `${sleeper.pid}`);
    const exit = once(sleeper, 'exit');
    await run(capsuleLaunch, '--clean-cgroup', name);
    assert.deepEqual(await exit, [null, 'SIGKILL']);
    assert.deepEqual(cgroupDirectories(name), []);
  });

  test('reports a failed set-up step, and leaves nothing behind', async () => {
    await using scratch = await createScratch();
    await makeRoot(scratch, '');
    const cases: [string[], string[], RegExp][] = [
      [
        ['--lower', '/no/such'],
        ['/sbin/capsuled'],
        /^capsule-launch: open \/no\/such: No such file/,
      ],
      [
        ['--netns', '/no/netns'],
        ['/sbin/capsuled'],
        /: enter network namespace \/no\/netns: No such/,
      ],
      [[], ['/no/init'], /: execute \/no\/init: No such file/],
    ];
    for (const [options, command, message] of cases) {
      await using capsule = startCapsule(scratch, options, command);
      assert.equal(await capsule.program.exit, 125);
      await capsule.program.stderrEnd;
      assert.match(capsule.program.lines[0] ?? '', message);
      assert.deepEqual(cgroupDirectories(capsule.cgroup), []);
    }
  });

  test('several capsules run side by side', async () => {
    await using scratch = await createScratch();
    await using other = await createScratch();
    for (const it of [scratch, other]) await makeRoot(it, script('ls /proc | grep -c ^[0-9]*$'));
    await using one = startCapsule(scratch);
    await using two = startCapsule(other);
    await one.program.line(/ probe F end$/);
    await two.program.line(/ probe F end$/);
    one.program.child.kill();
    assert.equal(await one.program.exit, 0);
    assert.notDeepEqual(cgroupProcesses(two.cgroup), []);
    two.program.child.kill();
    assert.equal(await two.program.exit, 0);
  });
});
