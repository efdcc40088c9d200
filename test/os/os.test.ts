/**
 * The operating system in a virtual machine with UEFI: it boots from its disk image, runs a container with a volume, and
 * has both again after an update, and after one that panics. Its API is reached by a port that only images for tests have.
 */
import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, suite, type TestContext, test } from 'node:test';
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
import { until } from '../lab/until.ts';
import { untilWorkload } from '../microvm/workload.ts';
import { Operator } from './operator.ts';

const MINUTE_MS = 60_000;
/** An update took 127 s alone, and 340 s next to four other programs. */
const BOUND = { timeout: 12 * MINUTE_MS };
const CAPSULECTL = join(import.meta.dirname, '../../bin/capsulectl');
const GUIDE = join(import.meta.dirname, '../../docs/guides/updates.md');
/** Of the emulated processor. */
const SLOWNESS = 8;
const IMAGE = 'docker.io/library/stay:1';
const WRITE_ONCE = '[ -e /data/first ] || date +%s >/data/first; exec sleep 100000';

const isShort = process.env['CAPSULE_TEST_ALL'] === '1' ? false : 'CAPSULE_TEST_ALL=1 runs it';
const isRoot = process.getuid?.() === 0;
const skip = isRoot ? process.arch !== 'x64' && 'only x86_64 is emulated' : 'needs root';

suite('Capsule as an operating system', { concurrency: false, skip }, () => {
  let system: OsSystem;
  let newer: OsSystem;
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

  afterEach((t) => {
    if ('passed' in t && !t.passed) process.stderr.write(`${machine.screen.tail()}\n`);
  });

  const untilRunning = (name: string) =>
    untilWorkload({ client, slowness: SLOWNESS }, name, ({ status }) => status?.ready === true);

  test('it boots from its disk, and prepares it', BOUND, async (t) => {
    await machine.screen.until(/stage0: slot_a is \/dev\/vda2/);
    await machine.screen.until(/partition table written/);
    const [, took] = await machine.screen.until(/booted in (\d+) ms[\r\n]/);
    client = await machine.connect();
    t.diagnostic(`boot of PID 1: ${took} ms, API after ${Math.round(process.uptime())} s`);
  });

  test('it is adopted over the network with the code of its console', BOUND, async (t) => {
    const [, code = ''] = await machine.screen.latest(/--code ([2-9A-Z]{4}-[2-9A-Z]{4})/);
    await using operator = await Operator.make(machine.portOf(50_000));
    const started = performance.now();
    await operator.adopt(code);
    t.diagnostic(`adopted in ${Math.round(performance.now() - started)} ms`);
    const info = () => operator.unlessAway('capsule', 'info');
    const { stdout } = await until('the report', 3 * MINUTE_MS, info);
    assert.match(stdout, /^Slot: +slot_a$/m);
    assert.match(stdout, /^Watchdog: +i6300ESB timer, 60 s$/m);
    assert.match(stdout, /^Boot disk: +\/dev\/vda \(8 GiB\)$/m);
    await machine.screen.latest(/lost key +recovery code [2-9A-Z]{4}-[2-9A-Z]{4}/);
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
    newer = await buildTestSystem('0.1.1');
    await packUpdate(newer, join(disk.folder, 'capsule-0.1.1.bundle'));
    await reboots(t, 'capsulectl update push capsule-0.1.1.bundle', 'slot_b');
    const { pendingSlot, capsuleVersion } = await client.capsule.getInfo({});
    assert.deepEqual([pendingSlot, capsuleVersion], ['slot_b', '0.1.1']);
    assert.doesNotMatch(lastBoot(), /partition table written| made/);
    assert.match(await guided('capsulectl capsule info'), /slot_b/);
    t.diagnostic((await guided('capsulectl update confirm')).trim());
    assert.equal((await client.capsule.getInfo({})).pendingSlot, '');
    assert.match(await guided('capsulectl update history'), /0\.1\.1 .*confirmed/);
  });

  test('the guide for updates leads back, to a version that confirms itself, and to an older one', {
    timeout: 3 * BOUND.timeout,
    skip: isShort,
  }, async (t) => {
    await reboots(t, 'capsulectl update rollback --yes', 'slot_a');
    await reboots(t, 'capsulectl update push capsule-0.1.1.bundle --auto-confirm 60', 'slot_b');
    await machine.screen.until(/the update is confirmed/);
    assert.match(await guided('capsulectl update history -o yaml'), /state: confirmed/);
    await packUpdate(system, join(disk.folder, 'capsule-0.1.0.bundle'));
    await reboots(t, 'capsulectl update push capsule-0.1.0.bundle --allow-downgrade', 'slot_a');
    await guided('capsulectl update confirm');
  });

  test('an update whose kernel panics is given up after three tries', BOUND, async (t) => {
    const { activeSlot, capsuleVersion } = await client.capsule.getInfo({});
    const bad = activeSlot === 'slot_a' ? 'slot_b' : 'slot_a';
    await packPanic(newer, join(disk.folder, 'broken.bundle'));
    const started = performance.now();
    await capsulectl('update', 'push', 'broken.bundle');
    // A line of one of the tries may be torn by one of the kernel's: the history counts them.
    await machine.screen.until(new RegExp(`stage0: ${bad} is`));
    await machine.screen.until(/Kernel panic - not syncing/);
    await untilUp(activeSlot);
    t.diagnostic(`${Math.round((performance.now() - started) / 1000)} s`);
    assert.equal((await client.capsule.getInfo({})).capsuleVersion, capsuleVersion);
    const [last] = (await client.capsule.updateHistory({})).updates;
    t.diagnostic(`${last?.toVersion}: ${last?.reason}`);
    assert.match(last?.reason ?? '', /did not come up in 3 tries: kernel panic: .*dm-verity/);
    assert.ok(last?.log.some((line) => line.includes('Kernel panic - not syncing')));
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
    machine = await startOs(system, disk, { otherDisks: [other.disk] });
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

  /** Runs a command of the guide that reboots the machine, and waits for the slot. */
  async function reboots(t: TestContext, line: string, slot: string): Promise<void> {
    const started = performance.now();
    const printed = await guided(line);
    await untilUp(slot);
    t.diagnostic(`${printed.trim()}; ${Math.round((performance.now() - started) / 1000)} s`);
  }

  /** Waits for a boot from the slot that has all that was there. */
  async function untilUp(slot: string): Promise<void> {
    client.close();
    await machine.screen.until(new RegExp(`stage0: ${slot} is`));
    client = await machine.connect();
    assert.equal((await client.capsule.getInfo({})).activeSlot, slot);
    await untilRunning('keeper');
    assert.equal(await readFirst(), written);
  }

  function lastBoot(): string {
    const { text } = machine.screen;
    return text.slice(text.lastIndexOf('stage0: root ready'));
  }

  /** Runs a command of the guide for updates, and returns its output. */
  async function guided(line: string): Promise<string> {
    assert.ok((await readFile(GUIDE, 'utf8')).includes(`\n${line}\n`), `${line} is on no page`);
    return (await capsulectl(...line.split(' ').slice(1))).stdout;
  }

  function capsulectl(...args: string[]): Promise<RunResult> {
    const env = { ...process.env, CAPSULE_HOST: machine.host };
    return run(CAPSULECTL, args, { env, cwd: disk.folder, timeoutMs: 6 * MINUTE_MS });
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
