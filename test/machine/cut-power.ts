import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { run } from '@capsule/host';
import {
  BlankDisks,
  busyboxImage,
  dockerArchive,
  retryCrashed,
  serveDisk,
  startMachine,
  VolatileDisk,
} from '@capsule/testkit';
import type { Random } from '../lab/random.ts';
import type { Report } from './power-words.ts';

/** The maximum time that the capsule works after its first write. */
const WORK_MS = 12_000;
const GIB = 1024 ** 3;

/** The acknowledged operations, and the operation that ran when the power was cut. */
class Expected {
  readonly present = new Set<string>();
  trying: string | undefined;
  written = 0;
  acknowledged = 0;

  note(line: string): void {
    const [word, what = '', name = ''] = line.slice(1).split(' ');
    if (word === 'written') this.written = Number(what);
    if (word === 'trying') this.trying = `${what} ${name}`;
    if (word !== 'done') return;
    this.trying = undefined;
    this.acknowledged += 1;
    if (what === 'import') this.present.add(name);
    if (what === 'delete') this.present.delete(name);
  }

  /** A description of every broken promise. The interrupted operation may or may not have happened. */
  compare(report: Report): readonly string[] {
    const wrong: string[] = [];
    if (report.integrity !== 'ok') wrong.push(`the store: ${report.integrity}`);
    const [what, name] = this.trying?.split(' ') ?? [];
    const isOpen = (volume: string) => volume === name && what !== 'snapshot';
    for (const volume of this.present) {
      if (!isOpen(volume) && report.volumes[volume] === undefined) wrong.push(`${volume} is lost`);
    }
    for (const [volume, { state, holds, faults }] of Object.entries(report.volumes)) {
      if (state !== 'ready') wrong.push(`${volume} is ${state}`);
      if (faults !== '') wrong.push(`the filesystem of ${volume} is not clean: ${faults}`);
      if (volume === 'load') {
        const count = Number(/^n=(\d+)$/.exec(holds)?.[1] ?? 0);
        if (count < this.written) wrong.push(`${this.written} was written, ${count} is there`);
      } else {
        if (holds !== 'made') wrong.push(`${volume} holds ${holds}`);
        if (!this.present.has(volume) && !isOpen(volume)) wrong.push(`${volume} was deleted`);
      }
    }
    const rows = Object.keys(report.volumes).map((volume) => `vol-${volume}`);
    const kept = report.snapshots.map((ref) => `snap-${ref.replace('@', '.')}`);
    const known = new Set(['thinpool', ...rows, ...kept]);
    for (const lv of report.logicalVolumes) if (!known.has(lv)) wrong.push(`${lv} is left over`);
    return wrong;
  }

  /** The next run starts with the current content. */
  accept(report: Report): void {
    this.present.clear();
    for (const volume of Object.keys(report.volumes)) {
      if (volume !== 'load') this.present.add(volume);
    }
    this.trying = undefined;
  }
}

export interface PowerCuts {
  readonly random: Random;
  readonly cuts: number;
}

/**
 * Runs a capsule in a virtual machine, and cuts its power repeatedly. A power cut loses unflushed data: all
 * of it, or random pages. If the machine crashes by itself, the test starts once more with new disks.
 */
export function cutPower(request: PowerCuts, say: (text: string) => void): Promise<void> {
  return retryCrashed(() => cutAgain(request, say), say);
}

async function cutAgain({ random, cuts }: PowerCuts, say: (text: string) => void): Promise<void> {
  await using disks = await BlankDisks.make(2, 4 * GIB);
  const [pool = '', perm = ''] = disks.paths;
  await run('mkfs.ext4', ['-q', '-F', perm]);
  const image = dockerArchive(await busyboxImage(), ['stay:1']);
  const expected = new Expected();
  for (let cut = 0; cut <= cuts; cut += 1) {
    const isLast = cut === cuts;
    await using poolDisk = await VolatileDisk.open(pool);
    await using permDisk = await VolatileDisk.open(perm);
    await using poolServer = await serveDisk(poolDisk, join(disks.folder, 'pool.sock'));
    await using permServer = await serveDisk(permDisk, join(disks.folder, 'perm.sock'));
    await using machine = await startMachine({
      program: join(import.meta.dirname, 'power-guest.ts'),
      args: [String(random.below(2 ** 31)), ...(isLast ? ['check'] : [])],
      files: { 'image.tar': image },
      disks: [poolServer.address, permServer.address],
    });
    const said: string[] = [];
    const workMs = random.below(WORK_MS);
    let cutting: Promise<void> | undefined;
    for await (const line of machine.lines) {
      said.push(line);
      if (line.startsWith('@failed')) assert.fail(said.slice(-40).join('\n'));
      if (line.startsWith('@report ')) {
        const report = JSON.parse(line.slice('@report '.length)) as Report;
        if (cut > 0) assert.deepEqual(expected.compare(report), [], said.join('\n'));
        expected.accept(report);
        const there = [...Object.keys(report.volumes), ...report.snapshots].join(' ');
        say(`life ${cut + 1}: ${there}, ${expected.written} writes, ${expected.acknowledged} done`);
      }
      const before = expected.written;
      expected.note(line);
      // The first line may be from an earlier run.
      if (expected.written > before) cutting ??= delay(workMs).then(() => machine.cutPower());
    }
    await cutting;
    if (cutting === undefined) await machine.exitCode;
    if (isLast) assert.equal(await machine.exitCode, 0, said.slice(-40).join('\n'));
    else assert.ok(cutting !== undefined, said.slice(-40).join('\n'));
    const odds = random.below(2) === 0 ? 0 : random.below(100);
    let lost = 0;
    for (const disk of [poolDisk, permDisk]) {
      lost += await disk.losePower(() => random.below(100) < odds);
    }
    if (!isLast)
      say(`  power cut: ${lost} pages were not flushed and are lost, ${odds} % of them kept`);
  }
}
