import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, suite, test } from 'node:test';
import { type Lab, startLab } from '@capsule/testkit';
import { assertArchiveTable, LEFT_OUT, makeArchiveTable } from '../lab/archive-table.ts';
import { capsulectl } from '../lab/capsulectl.ts';
import { page } from '../lab/page.ts';
import { statusField } from '../lab/process.ts';
import { pushBusybox } from '../lab/push-busybox.ts';
import { microVmManifest, runMicroVm } from '../lab/run-micro-vm.ts';
import {
  AS_ROOT,
  deleteAll,
  getWorkload,
  printed,
  runWorkload,
  untilWorkload,
  WRITES_ROOT,
} from '../lab/workload.ts';

const BOUND = { timeout: 240_000 };
const IMAGE = 'guest:1';
/** The promised limit for the memory of the agent, and for the size of its program. */
const AGENT_KIB = 4096;
const SERVE =
  'trap "exit 0" TERM; mkdir -p /tmp/www; echo "from $HOSTNAME, $GREETING" > /tmp/www/index.html; busybox httpd -p 80 -h /tmp/www; echo up; echo late >&2; while :; do sleep 1; done';
/** A user id in the range for microVMs: see drivers/space-network/tap-link.ts. */
const FIRST_UID = 0x7000_0000;

suite('microVMs', { concurrency: false }, () => {
  let lab: Lab;
  before(async () => {
    lab = await startLab({ images: [] });
    await pushBusybox(lab, IMAGE, {
      Cmd: ['/bin/sh', '-c', SERVE],
      Env: ['PATH=/bin', 'GREETING=hello'],
    });
  }, BOUND);
  after(() => lab[Symbol.asyncDispose](), BOUND);
  afterEach(() => deleteAll(lab), BOUND);

  const exec = (name: string, ...command: string[]) =>
    lab.capsulectl('workload', 'exec', name, '--', ...command);

  test('the commands for containers work for a microVM', BOUND, async () => {
    const ports = [{ containerPort: 80, hostPort: 8095 }];
    // While it is stopped, cp uses only its root.
    const free = { ...WRITES_ROOT, tmpfs: [], memoryMib: 192 };
    const { status } = await runMicroVm(lab, 'guest', { image: IMAGE, ports, ...free });
    assert.match(await page(`http://${lab.address}:8095/`), /from guest, hello/);
    await printed(lab, 'guest', (text) => /^up\nlate\n/.test(text));

    const { stdout, exitCode } = await exec('guest', 'sh', '-c', 'uname -r; exit 7');
    const capsule = await capsulectl(lab, ['capsule', 'info', '-o', 'json']);
    assert.equal(exitCode, 7);
    assert.notEqual(stdout.trim(), JSON.parse(capsule.stdout).kernelRelease, 'it has our kernel');
    assert.match(capsule.stdout, /"microVmBackend": "qemu"/);
    const missing = await exec('guest', 'nothing-like-this');
    assert.equal(missing.exitCode, 127, missing.stderr);

    const folder = await mkdtemp(join(tmpdir(), 'microvm-'));
    const [there, back] = [join(folder, 'there'), join(folder, 'back')];
    await writeFile(there, 'through the wall\n');
    await capsulectl(lab, ['cp', there, 'guest:/tmp/here']);
    await capsulectl(lab, ['cp', 'guest:/tmp/here', back]);
    assert.equal(await readFile(back, 'utf8'), 'through the wall\n');
    const cases = join(folder, 'cases');
    await makeArchiveTable(cases);
    const into = await capsulectl(lab, ['cp', '-a', cases, 'guest:/cases']);
    assert.match(into.stderr, LEFT_OUT);
    await capsulectl(lab, ['cp', '-a', 'guest:/cases', join(folder, 'running')]);
    assertArchiveTable(join(folder, 'running'), 'running');

    const stats = await capsulectl(lab, ['workload', 'stats', 'guest', '-o', 'json']);
    assert.match(stats.stdout, /"memoryBytes": \d{6,}/);
    const serial = await capsulectl(lab, ['workload', 'logs', '--serial', 'guest']);
    assert.match(serial.stdout, /capsule-guest: ready/);

    // Its monitor has no privileges on the capsule, and only the files that capsuled opened for it.
    const pid = status.pid ?? 0;
    assert.ok(Number((await statusField(lab, pid, 'Uid')).split('\t')[1]) >= FIRST_UID);
    assert.match(await statusField(lab, pid, 'CapBnd'), /^0+$/);
    assert.equal(await statusField(lab, pid, 'Seccomp'), '2');

    await capsulectl(lab, ['workload', 'stop', 'guest'], { timeoutMs: 100_000 });
    const stopped = await getWorkload(lab, 'guest');
    assert.equal(stopped.status.exitCode, 0, JSON.stringify(stopped.status));
    // Its files are also available while it is stopped: those that it wrote and those of its image.
    await capsulectl(lab, ['cp', there, 'guest:/tmp/meanwhile']);
    await capsulectl(lab, ['cp', 'guest:/tmp/here', back]);
    assert.equal(await readFile(back, 'utf8'), 'through the wall\n');
    await capsulectl(lab, ['cp', 'guest:/bin/busybox', back]);
    assert.ok((await stat(back)).size > 100_000);
    await capsulectl(lab, ['cp', '-a', 'guest:/cases', join(folder, 'stopped')]);
    assertArchiveTable(join(folder, 'stopped'), 'stopped');
    const again = await capsulectl(lab, ['cp', '-a', `${cases}/.`, 'guest:/cases']);
    assert.match(again.stderr, LEFT_OUT);
    await capsulectl(lab, ['cp', '-a', 'guest:/cases', join(folder, 'again')]);
    assertArchiveTable(join(folder, 'again'), 'replaced while it was stopped');
    await rm(folder, { recursive: true });
    await capsulectl(lab, ['workload', 'start', 'guest'], { timeoutMs: 100_000 });
    const kept = await exec('guest', 'cat', '/tmp/here', '/tmp/meanwhile');
    assert.equal(kept.stdout, 'through the wall\n'.repeat(2));
  });

  test(
    'one volume can have several mounts, with image files in it and separate folders',
    BOUND,
    async () => {
      await capsulectl(lab, ['volume', 'create', '--size', '32MiB', 'data']);
      const mount = { volumeName: 'data', mountPath: '/bin' };
      const mounts = [
        mount,
        { ...mount, mountPath: '/all', readOnly: true },
        { ...mount, mountPath: '/part', subPath: 'part/deep' },
      ];
      const run = { image: IMAGE, memoryMib: 128, mounts, ...AS_ROOT, ...WRITES_ROOT };
      await runMicroVm(lab, 'guest', run);
      const script =
        'test -f /all/busybox; ! touch /all/no; echo kept >/part/f; cat /all/part/deep/f; ln -s /part /way';
      const { stdout, stderr } = await exec('guest', 'sh', '-ec', script);
      assert.equal(stdout, 'kept\n', stderr);
      await capsulectl(lab, ['workload', 'stop', 'guest', '--grace', '0s']);
      // Another workload mounts its volume now.
      const astray = await lab.capsulectl('cp', '/etc/hostname', 'guest:/way/f');
      assert.match(astray.stderr, /is in a mount, and guest is not running/);
      await deleteAll(lab);
      const small = microVmManifest('small', { image: IMAGE, memoryMib: 80 });
      const refused = await lab.capsulectlWith({ input: small }, 'apply', '-f', '-');
      assert.match(refused.stderr, /memoryMib/);
      assert.notEqual(refused.exitCode, 0);
    },
  );

  test('a forced delete does not wait for a stop that takes minutes', BOUND, async () => {
    const deaf = 'trap "" TERM; echo up; while :; do sleep 1; done';
    const block = { image: IMAGE, command: ['/bin/sh', '-c', deaf], stopGraceSeconds: 200 };
    await runMicroVm(lab, 'guest', block);
    await printed(lab, 'guest', (text) => /^up\n/.test(text));
    const stopping = lab.capsulectl('workload', 'stop', 'guest', '--timeout', '100s');
    await untilWorkload(lab, 'guest', ({ status }) => status?.progress !== undefined);
    const startedAt = performance.now();
    await capsulectl(lab, ['workload', 'delete', '--force', 'guest'], { timeoutMs: 180_000 });
    assert.ok(performance.now() - startedAt < 150_000, 'it took as long as the stop');
    await stopping;
  });

  test('the agent uses less than 4 MiB, also while ten commands get input', BOUND, async () => {
    await runMicroVm(lab, 'guest', { image: IMAGE });
    const input = Buffer.alloc(500_000, 'all of it\n');
    const command = ['workload', 'exec', '-i', 'guest', '--', 'cat'];
    const ten = Array.from({ length: 10 }, () => lab.capsulectlWith({ input }, ...command));
    for (const { stdout } of await Promise.all(ten)) assert.equal(stdout.length, input.length);
    await capsulectl(lab, ['workload', 'stop', 'guest'], { timeoutMs: 100_000 });
    const { stdout } = await capsulectl(lab, ['workload', 'logs', '--serial', 'guest']);
    const [, resident, peak] = /memory: (\d+) kB resident, (\d+) kB at its peak/.exec(stdout) ?? [];
    assert.ok(Number(peak) >= Number(resident) && Number(peak) <= AGENT_KIB, stdout);
    const program = '/usr/lib/capsule/guest/capsule-guest';
    const { stdout: size } = await lab.exec(['stat', '--format', '%s', program]);
    assert.ok(Number(size) <= AGENT_KIB * 1024, size);
  });

  test('a workload can change its kind to microVM and back', BOUND, async () => {
    const ports = [{ containerPort: 80, hostPort: 8096 }];
    await runWorkload(lab, 'flip', { image: IMAGE, ports });
    const kernel = async () => (await exec('flip', 'sh', '-c', 'uname -r')).stdout;
    const ours = await kernel();
    await runMicroVm(lab, 'flip', { image: IMAGE, ports });
    assert.notEqual(await kernel(), ours);
    assert.match(await page(`http://${lab.address}:8096/`), /from flip/);
    await runWorkload(lab, 'flip', { image: IMAGE, ports });
    assert.equal(await kernel(), ours);
    assert.match(await page(`http://${lab.address}:8096/`), /from flip/);
  });
});
