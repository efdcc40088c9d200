/**
 * The work of an operator with a capsule that is the operating system of its machine: adopts it although its clock is decades
 * off, debugs it, runs all examples of the documents, gets in again after the loss of the key, and reads its logs.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, suite, type TestContext, test } from 'node:test';
import { type RunOptions, run } from '@capsule/host';
import {
  buildTestSystem,
  newDisk,
  type OpenRegistry,
  type OsDisk,
  type OsMachine,
  openRegistry,
  startOs,
} from '@capsule/testkit';
import { CONTAINER_PAGE } from '../e2e/support/container-page.ts';
import { until } from '../lab/until.ts';
import { Operator } from './operator.ts';
import { startTimeServer } from './time-server.ts';

const MINUTE_MS = 60_000;
/** All of it is emulated, microVMs twice. */
const BOUND = { timeout: 20 * MINUTE_MS };
const EXAMPLES = join(import.meta.dirname, '../../examples');
const CAPSULECTL = join(import.meta.dirname, '../../bin/capsulectl');
const WAIT = ['--wait', '--timeout', '15m'];
/** This machine, as the emulated network shows it. */
const HOST = '10.0.2.2';
const CODE = /--code ([2-9A-Z]{4}-[2-9A-Z]{4})/;
const ANY = Array.from({ length: 256 }, (_, code) => code);
const CELL = '--cell hello-world --realm main --space default --stack default';

/** The container page of the documents, in its order. */
const PAGE = `set -e
sudo mkdir -p /srv/html
echo served >/srv/html/index.html
sudo kuke apply --wait --timeout 15m -f -
sudo ctr -n kukeon-main containers ls
sudo ctr -n kukeon-main tasks ls
ls -d /sys/fs/cgroup/kukeon/main/default/default/hello-world/web_root
ls /opt/kukeon/main/default/default/hello-world/containers/web.yaml
sudo kuke create container side ${CELL} --image docker.io/library/busybox:latest \\
  --command /bin/sh --args "-c" --args "sleep 3600"
sudo kuke stop container side ${CELL} --grace 0
sudo kuke start container side ${CELL}
sudo kuke kill container side ${CELL}
sudo kuke delete container side ${CELL}
sudo kuke delete cell hello-world --force
`;
/** The operator puts both files of alpine-vm.yaml on the capsule first. */
const PREBUILT =
  'mkdir -p /host/perm/vm && cp /host/usr/lib/capsule/guest/vmlinux-debian /host/perm/vm/vmlinux && ' +
  'truncate -s 16M /host/perm/vm/rootfs.img';

const isRoot = process.getuid?.() === 0;
const skip = () => {
  if (process.env['CAPSULE_TEST_ALL'] !== '1') return 'CAPSULE_TEST_ALL=1 runs it';
  if (!isRoot) return 'needs root';
  return process.arch !== 'x64' && 'only x86_64 is emulated';
};

suite('the running system', { concurrency: false, skip: skip() }, () => {
  let registry: OpenRegistry;
  let disk: OsDisk;
  let machine: OsMachine;
  let operator: Operator;

  before(async () => {
    registry = await openRegistry();
    const system = await buildTestSystem();
    disk = await newDisk(system);
    machine = await startOs(system, disk, { hostname: 'attic', clock: '1970-01-02' });
    operator = await Operator.make(machine.portOf(50_000));
  }, BOUND);
  after(async () => {
    await operator?.[Symbol.asyncDispose]();
    await machine?.[Symbol.asyncDispose]();
    await disk?.[Symbol.asyncDispose]();
    await registry?.[Symbol.asyncDispose]();
  }, BOUND);

  /** As root on the machine: no command has to be quicker than the emulated processor. */
  const capsulectlWith = (options: RunOptions, ...words: string[]) => {
    const env = { ...process.env, CAPSULE_HOST: machine.host };
    return run(CAPSULECTL, words, { env, timeoutMs: BOUND.timeout, ...options });
  };
  const capsulectl = (...words: string[]) => capsulectlWith({}, ...words);
  const debug = (script: string, input = '') =>
    capsulectlWith({ input }, 'capsule', 'debug', '--', 'sh', '-c', script);
  const apply = (file: string, ...flags: string[]) =>
    capsulectl('apply', '-f', join(EXAMPLES, file), ...flags);

  test('it is adopted although its clock is decades off', BOUND, async () => {
    const [, code = ''] = await machine.screen.latest(CODE);
    await operator.adopt(code);
    const info = () => operator.unlessAway('capsule', 'info');
    const { stdout } = await until('the report', 10 * MINUTE_MS, info);
    // The clock of a PC counts years by two digits: Linux takes 70 for 2070.
    assert.match(stdout, /^Clock: .*, \d{5}d (behind|ahead of) this machine$/m);
  });

  test('it has the name that DHCP gives', BOUND, async () => {
    assert.equal((await capsulectl('capsule', 'info', '-o', 'name')).stdout, 'attic\n');
    await machine.screen.latest(/name +attic/);
  });

  test('its clock is set as soon as a server answers', BOUND, async () => {
    await using server = await startTimeServer();
    await debug(`chronyc add server ${HOST} port ${server.port} iburst`);
    await until('the right time', 2 * MINUTE_MS, async () => {
      const { stdout } = await capsulectl('capsule', 'info', '-o', 'json');
      const { localTimeUnix } = JSON.parse(stdout) as { readonly localTimeUnix: number };
      return Math.abs(localTimeUnix - Date.now() / 1000) < 30;
    });
  });

  test('idle, it needs little memory beside its page cache', BOUND, async (t) => {
    const { stdout } = await debug('cat /proc/meminfo');
    const kib = (name: string) => Number(new RegExp(`^${name}: +(\\d+)`, 'm').exec(stdout)?.[1]);
    const used =
      kib('MemTotal') - kib('MemFree') - kib('Cached') - kib('Buffers') - kib('SReclaimable');
    t.diagnostic(`${Math.round(used / 1024)} MiB beside page cache`);
  });

  test('a start of a container does not wait for all processors', BOUND, async () => {
    const { stdout } = await debug('cat /proc/1/mounts');
    assert.match(stdout, /^\S+ \/sys\/fs\/cgroup cgroup2 \S*favordynmods/m);
  });

  test('it asks the registry of the operator', BOUND, async () => {
    const mirrors = [`http://${HOST}:${registry.port}`];
    const manifest = { name: 'docker.io', kind: 'Registry', registry: { mirrors } };
    await capsulectlWith({ input: JSON.stringify(manifest) }, 'apply', '-f', '-');
  });

  test('the container page works through capsule debug', BOUND, async () => {
    const { stdout, stderr } = await debug(PAGE, CONTAINER_PAGE);
    assert.match(stdout, /^container hello-world\/web created, ready$/m, stderr);
    assert.match(stdout, /default_default_hello-world_web/);
    assert.match(stdout, /^default_default_hello-world_web +\d+ +RUNNING$/m);
    assert.match(stdout, /web_root\n\/opt\/kukeon\/.*web\.yaml\n/);
    assert.match(stdout, /side stopped\n.*started.*\n.*killed\n.*side deleted\n.*deleted\n$/);
  });

  const logs = (name: string, pattern: RegExp) =>
    until(`the output of ${name}`, 10 * MINUTE_MS, async () =>
      pattern.test((await capsulectl('workload', 'logs', name)).stdout),
    );
  const page = (port: 80 | 8080) =>
    until(`a page on port ${port}`, 10 * MINUTE_MS, async () => {
      const url = `http://127.0.0.1:${machine.portOf(port)}/`;
      const { stdout } = await run('curl', ['-s', '--max-time', '10', url], { allow: ANY });
      return /<h1>Welcome to nginx!/.test(stdout);
    });
  const remove = (...names: string[]) => capsulectl('workload', 'delete', ...names);

  /** In an order that needs no file twice: those that share a volume follow one another. */
  const examples: Readonly<Record<string, () => Promise<unknown>>> = {
    'nginx-host.yaml': () => page(80),
    'nginx-bridge.yaml': () => page(8080),
    'alpine-shell.yaml': () => logs('alpine-shell', /UTC \d{4}\n/),
    'shared-volume.yaml': async () => {
      assert.match((await capsulectl('volume', 'list')).stdout, /^shared +Ready +1 GiB /m);
    },
    'alpine-vol-container.yaml': () => logs('alpine-vol', /^hello from a container\n/),
    'shared-writer-container.yaml': () => logs('shared-writer', /UTC \d{4}\n/),
    'nginx-with-volume.yaml': () => page(8080),
    'debug-shell.yaml': async () => {
      const inside = ['workload', 'exec', 'debug-shell', '--', 'sh', '-c'];
      assert.match((await capsulectl(...inside, 'cat /proc/1/comm')).stdout, /^capsuled$/m);
      await capsulectl(...inside, PREBUILT);
    },
    'alpine-vm.yaml': () =>
      until('the console of a kernel', 10 * MINUTE_MS, async () => {
        const serial = ['workload', 'logs', '--serial', 'alpine-prebuilt'];
        return /Linux version/.test((await capsulectl(...serial)).stdout);
      }),
    'alpine-vm-image.yaml': () => logs('alpine-vm', /UTC \d{4}\n/),
    'alpine-vm-with-volume.yaml': () => logs('alpine-vol', /^hi\n/),
    'shared-reader-vm.yaml': () => logs('shared-reader', /read by a microVM at /),
    'nginx-vm.yaml': () => page(8080),
  };

  for (const [file, show] of Object.entries(examples)) {
    test(`${file} runs`, BOUND, async (t) => {
      const started = performance.now();
      // Its disk is empty in this test, so its kernel panics. The test checks only that it boots.
      await apply(file, ...(file === 'alpine-vm.yaml' ? [] : WAIT));
      await show();
      await removeAll();
      t.diagnostic(`${Math.round((performance.now() - started) / 1000)} s`);
    });
  }

  async function removeAll(): Promise<void> {
    const { stdout } = await capsulectl('workload', 'list', '-o', 'name');
    const names = stdout.split('\n').filter(Boolean);
    if (names.length > 0) await remove(...names);
  }

  test('a person in front of it gets in again without a key', BOUND, async (t) => {
    const [, code = ''] = await machine.screen.latest(/recovery code ([2-9A-Z]{4}-[2-9A-Z]{4})/);
    // As a person does who has the disk in another computer.
    await debug(`echo ${code} >/run/capsule/esp/recover.txt; sync`);
    await reboot(t);
    await machine.screen.until(/adoption opened by the recovery file on the ESP/);
    const [, next = ''] = await machine.screen.until(CODE);
    await operator[Symbol.asyncDispose]();
    operator = await Operator.make(machine.portOf(50_000));
    await operator.adopt(next);
    assert.match((await capsulectl('key', 'list')).stdout, /^\S+ .*\n\S+ .*\n\S+ /);
    assert.equal((await debug('ls /run/capsule/esp')).stdout.includes('recover'), false);
  });

  test('its log has earlier boots, and the messages of the kernel', BOUND, async () => {
    const { stdout } = await capsulectl('capsule', 'logs');
    assert.equal(stdout.match(/ init .*booted in \d+ ms/g)?.length, 2);
    assert.match(stdout, / kernel .*Linux version /);
    assert.match(stdout, / init .*rebooting/);
    assert.doesNotMatch(stdout, CODE);
  });

  async function reboot(t: TestContext): Promise<void> {
    const started = performance.now();
    await capsulectl('capsule', 'reboot', '--yes');
    await machine.screen.until(/booted in \d+ ms[\r\n]/);
    t.diagnostic(`reboot: ${Math.round((performance.now() - started) / 1000)} s`);
  }

  test('it switches itself off', BOUND, async () => {
    await capsulectl('capsule', 'poweroff', '--yes');
    assert.equal(await machine.ended, 0);
  });
});
