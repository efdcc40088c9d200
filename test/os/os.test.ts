/**
 * The operating system in a virtual machine with UEFI: it boots from its disk image, runs a container with a volume, and
 * has both again after a reboot. Its API is reached by a port that only images for tests have.
 */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { type CapsuleClient, specToProto } from '@capsule/api/wire';
import { completeSpec, type RestartPolicy } from '@capsule/core';
import {
  buildTestSystem,
  busyboxImage,
  dockerArchive,
  newDisk,
  type OsDisk,
  type OsMachine,
  type OsSystem,
  runInWorkload,
  startOs,
} from '@capsule/testkit';
import { pushArchive } from '@capsule/testkit/push-archive';
import { untilWorkload } from '../microvm/workload.ts';

const MINUTE_MS = 60_000;
const BOUND = { timeout: 6 * MINUTE_MS };
/** Of the emulated processor. */
const SLOWNESS = 8;
const IMAGE = 'docker.io/library/stay:1';
const WRITE_ONCE = '[ -e /data/first ] || date +%s >/data/first; exec sleep 100000';

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

  test('after a reboot, the container runs again and its volume is as it was', BOUND, async (t) => {
    const started = performance.now();
    await client.capsule.rebootNode({});
    await machine.screen.until(/init F reboot[\r\n]/);
    client.close();
    await machine.screen.until(/stage0: root ready/);
    const preparing = machine.screen.text.length;
    await machine.screen.until(/booted in \d+ ms[\r\n]/);
    assert.doesNotMatch(machine.screen.text.slice(preparing), /partition table written| made/);
    client = await machine.connect();
    await untilRunning('keeper');
    assert.equal(await readFirst(), written);
    t.diagnostic(`from the call to the container: ${Math.round(performance.now() - started)} ms`);
  });

  test('after a power cut, too', BOUND, async () => {
    client.close();
    await machine.cutPower();
    await machine[Symbol.asyncDispose]();
    machine = await startOs(system, disk);
    client = await machine.connect();
    await untilRunning('keeper');
    assert.equal(await readFirst(), written);
  });

  test('a power-off stops everything in order, and ends the machine', BOUND, async () => {
    await client.capsule.powerOffNode({});
    assert.equal(await machine.ended, 0);
    assert.match(machine.screen.text, /stopping workloads for power-off[\s\S]*unmounting/);
    assert.doesNotMatch(machine.screen.text, /stays mounted|does not stop in time/);
  });

  async function readFirst(): Promise<string> {
    const { stdout } = await runInWorkload(client, {
      name: 'keeper',
      command: ['cat', '/data/first'],
    });
    return stdout;
  }
});
