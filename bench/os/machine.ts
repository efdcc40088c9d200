import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '@capsule/host';
import { buildTestSystem, newDisk, type OsMachine, type OsSystem, startOs } from '@capsule/testkit';
import type { Benchmark } from '../benchmark.ts';
import type { Figure } from '../figure/figure.ts';
import { summarise } from '../figure/statistics.ts';

const CAPSULECTL = join(import.meta.dirname, '../../bin/capsulectl');
/** A step of the boot, as PID 1 prints it: `boot: load drivers: 812 ms`. */
const STEP = /boot: ([^:\r\n]+): (\d+) ms/g;
const DEBUG_MS = 5 * 60_000;

/**
 * P12 and P13: the boot of the disk image, step by step, the memory of the idle machine, and the sizes of image and update.
 * The machine boots a second time from its disk: the first boot prepares the disk.
 */
export const machine: Benchmark = async ({ say, signal }) => {
  const system = await buildTestSystem();
  await using disk = await newDisk(system);
  say('first boot, which prepares the disk');
  {
    await using first = await startOs(system, disk);
    const client = await first.connect();
    await client.capsule.powerOffNode({});
    client.close();
    await first.ended;
  }
  signal.throwIfAborted();
  say('second boot');
  await using second = await startOs(system, disk);
  const client = await second.connect();
  const { uptimeSeconds } = await client.capsule.getInfo({});
  client.close();
  return [
    figure('P12', 'kernel start to API, second boot', 's', Number(uptimeSeconds), 6),
    ...stepsOf(second),
    figure('P12', 'idle memory beside page cache', 'MB', await usedMemory(second), 150),
    ...(await sizesOf(system)),
  ];
};

function stepsOf({ screen }: OsMachine): readonly Figure[] {
  const steps = [...screen.text.matchAll(STEP)];
  return steps.map(([, step = '', ms]) => figure('P12', `PID 1: ${step}`, 'ms', Number(ms)));
}

/** In millions of bytes. Memory that the kernel can free at once does not count. */
async function usedMemory({ host }: OsMachine): Promise<number> {
  const words = ['capsule', 'debug', '--', 'cat', '/proc/meminfo'];
  const env = { ...process.env, CAPSULE_HOST: host };
  const { stdout } = await run(CAPSULECTL, words, { env, timeoutMs: DEBUG_MS });
  const kib = (name: string) => Number(new RegExp(`^${name}: +(\\d+)`, 'm').exec(stdout)?.[1] ?? 0);
  const free = kib('MemFree') + kib('Cached') + kib('Buffers') + kib('SReclaimable');
  return ((kib('MemTotal') - free) * 1024) / 1e6;
}

async function sizesOf({ root, disk, rootfs }: OsSystem): Promise<readonly Figure[]> {
  const update = (root.sizeBytes + disk.treeBytes + disk.ukiBytes) / 1e6;
  const { blocks } = await stat(disk.path);
  const unpacked = rootfs.layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / 1e6;
  return [
    figure('P13', 'root on the disk', 'MB', root.sizeBytes / 1e6, 250),
    figure('P13', 'root, unpacked', 'MB', unpacked),
    figure('P13', 'kernel and initramfs', 'MB', disk.ukiBytes / 1e6),
    figure('P13', 'update, as sent', 'MB', update, 250),
    figure('P13', 'disk image, without holes', 'MB', (blocks * 512) / 1e6),
  ];
}

function figure(id: string, what: string, unit: Figure['unit'], value: number, most?: number) {
  const summary = summarise([value]);
  return { id, what, unit, summary, ...(most !== undefined && { goal: { most } }) };
}
