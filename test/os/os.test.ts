/**
 * The operating system in a virtual machine with UEFI: it boots from its disk image, runs a container with a volume, and
 * has both again after an update, and after one that panics. Its API is reached by a port that only images for tests have.
 */
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, type TestContext, test } from 'node:test';
import { type CapsuleClient, specToProto } from '@capsule/api/wire';
import { completeSpec, type RestartPolicy } from '@capsule/core';
import { type RunResult, run } from '@capsule/host';
import {
  buildTestSystem,
  busyboxImage,
  dockerArchive,
  newDisk,
  type OsDisk,
  type OsMachine,
  type OsSystem,
  packPanic,
  packUpdate,
  runInWorkload,
  startOs,
} from '@capsule/testkit';
import { pushArchive } from '@capsule/testkit/push-archive';
import { untilWorkload } from '../microvm/workload.ts';

const MINUTE_MS = 60_000;
/** An update took 127 s alone, and 340 s next to four other programs. */
const BOUND = { timeout: 12 * MINUTE_MS };
const CAPSULECTL = join(import.meta.dirname, '../../bin/capsulectl');
/** Of the emulated processor. */
const SLOWNESS = 8;
const IMAGE = 'docker.io/library/stay:1';
const WRITE_ONCE = '[ -e /data/first ] || date +%s >/data/first; exec sleep 100000';

const isShort = process.env['CAPSULE_TEST_ALL'] === '1' ? false : 'CAPSULE_TEST_ALL=1 runs it';
const isRoot = process.getuid?.() === 0;
const skip = isRoot ? process.arch !== 'x64' && 'only x86_64 is emulated' : 'needs root';

suite('Capsule as an operating system', { concurrency: false, skip }, () => {
  let system: OsSystem;
  let disk: OsDisk;
  let machine: OsMachine;
  let client: CapsuleClient;
  let written = '';

  before(async () => {
    system = await buildTestSystem();
    disk = await newDisk(system);
    machine = await startOs(system, disk);
  }, BOUND);
  after(async () => {
    client?.close();
    await machine?.[Symbol.asyncDispose]();
    await disk?.[Symbol.asyncDispose]();
  }, BOUND);

  const untilRunning = (name: string) =>
    untilWorkload({ client, slowness: SLOWNESS }, name, ({ status }) => status?.ready === true);

  test('it boots from its disk, and prepares it', BOUND, async (t) => {
    await machine.screen.until(/stage0: slot_a is \/dev\/vda2/);
    await machine.screen.until(/partition table written/);
    const [, took] = await machine.screen.until(/booted in (\d+) ms[\r\n]/);
    client = await machine.connect();
    t.diagnostic(`boot of PID 1: ${took} ms, API after ${Math.round(process.uptime())} s`);
  });

  test('it knows its slot, its disk and its pool', BOUND, async () => {
    const info = await client.capsule.getInfo({});
    assert.equal(info.activeSlot, 'slot_a');
    assert.equal(info.bootDisk, '/dev/vda');
    assert.equal(info.volumeBackend, 'lvm-thin');
    assert.match(info.address, /^10\.0\.2\./);
    // The disk is larger than the image: what follows the slots belongs to data.
    assert.ok(info.permTotalBytes > 1024n ** 3n, `${info.permTotalBytes}`);
    assert.ok(info.thinpoolTotalBytes > 3n * 1024n ** 3n, `${info.thinpoolTotalBytes}`);
  });

  test('it runs a container with a volume', BOUND, async () => {
    await pushArchive(client, dockerArchive(await busyboxImage(), [IMAGE]));
    await client.volume.create({ name: 'data', sizeMib: 64n });
    const mounts = [{ volumeName: 'data', mountPath: '/data', readOnly: false, copyUp: false }];
    const restartPolicy: RestartPolicy = 'always';
    const command = ['sh', '-c', WRITE_ONCE];
    const spec = completeSpec({ name: 'keeper', image: IMAGE, command, mounts, restartPolicy });
    await client.workload.apply({ workload: specToProto(spec) });
    await untilRunning('keeper');
    written = await readFirst();
    assert.match(written, /^\d+\n$/);
  });

  test('an update starts from the other slot, with all that was there', BOUND, async (t) => {
    const newer = await buildTestSystem('0.1.1');
    await push(t, await packUpdate(newer, join(disk.folder, 'newer.bundle')));
    await machine.screen.until(/stage0: slot_b is/);
    const preparing = machine.screen.text.length;
    await machine.screen.until(/booted in \d+ ms[\r\n]/);
    assert.doesNotMatch(machine.screen.text.slice(preparing), /partition table written| made/);
    client = await machine.connect();
    const { activeSlot, pendingSlot, capsuleVersion } = await client.capsule.getInfo({});
    assert.deepEqual([activeSlot, pendingSlot, capsuleVersion], ['slot_b', 'slot_b', '0.1.1']);
    await untilRunning('keeper');
    assert.equal(await readFirst(), written);
    const { stdout } = await capsulectl('update', 'confirm');
    t.diagnostic(stdout.trim());
    assert.equal((await client.capsule.getInfo({})).pendingSlot, '');
  });

  test('an update whose kernel panics is given up after three tries', {
    ...BOUND,
    skip: isShort,
  }, async (t) => {
    const broken = await buildTestSystem('0.1.2');
    await push(t, await packPanic(broken, join(disk.folder, 'broken.bundle')));
    for (let tries = 0; tries < 3; tries += 1) {
      await machine.screen.until(/stage0: slot_a is/);
      await machine.screen.until(/Kernel panic - not syncing/);
    }
    await machine.screen.until(/stage0: slot_b is/);
    await machine.screen.until(/the kernel has panicked before this boot/);
    client = await machine.connect();
    assert.equal((await client.capsule.getInfo({})).activeSlot, 'slot_b');
    const { updates } = await client.capsule.updateHistory({});
    t.diagnostic(updates.map(({ toVersion, reason }) => `${toVersion}: ${reason}`).join('; '));
    assert.match(updates.at(0)?.reason ?? '', /did not come up in 3 tries/);
    await untilRunning('keeper');
    assert.equal(await readFirst(), written);
    await assertLogged(/ crash .*dm-verity/);
    await assertLogged(/ kernel Linux version /);
  });

  test('after a power cut, next to the disk of another capsule', {
    ...BOUND,
    skip: isShort,
  }, async () => {
    client.close();
    await machine[Symbol.asyncDispose]();
    await using other = await newDisk(system);
    machine = await startOs(system, disk, [other.disk]);
    client = await machine.connect();
    await untilRunning('keeper');
    assert.equal(await readFirst(), written);
    const { size } = await stat(system.disk.path);
    await run('cmp', ['-n', String(size), system.disk.path, other.disk]);
  });

  test('a power-off stops everything in order, and ends the machine', BOUND, async () => {
    await client.capsule.powerOffNode({});
    assert.equal(await machine.ended, 0);
    assert.match(machine.screen.text, /stopping workloads for power-off[\s\S]*unmounting/);
    assert.doesNotMatch(machine.screen.text, /stays mounted|does not stop in time/);
  });

  /** The machine reboots by itself once the update is written. */
  async function push(t: TestContext, bundle: string): Promise<void> {
    const started = performance.now();
    const { stdout } = await capsulectl('update', 'push', bundle);
    t.diagnostic(`${stdout.trim()}; ${Math.round(performance.now() - started)} ms`);
    await machine.screen.until(/init F reboot[\r\n]/);
    client.close();
  }

  function capsulectl(...args: string[]): Promise<RunResult> {
    const env = { ...process.env, CAPSULE_HOST: machine.host };
    return run(CAPSULECTL, args, { env, timeoutMs: 3 * MINUTE_MS });
  }

  /** In the system log, which keeps what earlier boots wrote. */
  async function assertLogged(pattern: RegExp): Promise<void> {
    let text = '';
    for await (const { data } of client.capsule.streamLogs({})) text += Buffer.from(data);
    assert.match(text, pattern);
  }

  async function readFirst(): Promise<string> {
    const { stdout } = await runInWorkload(client, {
      name: 'keeper',
      command: ['cat', '/data/first'],
    });
    return stdout;
  }
});
