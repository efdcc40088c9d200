/**
 * `npm run power-cuts -- [--boots N] [--seed SEED]`: records every request to the disk of a machine during its first
 * boot, an update, its confirmation and a roll-back; rebuilds the disk for every moment at which the power can fail,
 * also with writes lost or reordered since the last flush; and judges each without a boot. Boots N disks of each part of
 * the disk twice, drawn by the seed from those that differ. Prints a table; ends with 1 if any disk does not start.
 */
import { copyFile, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { run } from '@capsule/host';
import {
  buildTestSystem,
  type CutPoint,
  CutStates,
  disorders,
  hashOf,
  type JudgedCut,
  judgeCuts,
  knownSystem,
  newDisk,
  type OsDisk,
  type OsMachine,
  packUpdate,
  prefixes,
  type Region,
  regionPlaces,
  startOs,
  WriteLog,
  writeCut,
} from '@capsule/testkit';
import { Random } from '../lab/random.ts';

const OPTIONS = {
  boots: { type: 'string', default: '4' },
  seed: { type: 'string', default: '1' },
} as const;
const { values } = parseArgs({ options: OPTIONS });
const CAPSULECTL = join(import.meta.dirname, '../../bin/capsulectl');
const PUSH_MS = 10 * 60_000;
const say = (line: string) => void process.stderr.write(`${line}\n`);

/** A part of the life of a machine, with the disk before it. */
interface Recording {
  readonly phase: string;
  readonly base: string;
  readonly log: string;
}

const [old, fresh] = [await buildTestSystem(), await buildTestSystem('0.1.1')];
const folder = await mkdtemp(join(tmpdir(), 'capsule-power-cuts-'));
try {
  await using disk = await newDisk(old);
  const recordings = [
    await record(disk, 'first boot', async (machine) => {
      await machine.connect();
    }),
    await record(disk, 'update', async (machine) => {
      await machine.connect();
      await push(machine);
      await machine.connect();
      await capsulectl(machine, 'update', 'confirm');
      await capsulectl(machine, 'update', 'rollback', '--yes');
      await machine.screen.until(/init F reboot[\r\n]/);
      await machine.connect();
    }),
  ];
  const parts = await judgeAll(disk, recordings);
  const bricks = parts.reduce((sum, { all }) => sum + bricksOf(all).length, 0);
  const failures = await bootAll(disk, parts);
  process.exitCode = bricks + failures === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true });
}

async function record(
  disk: OsDisk,
  phase: string,
  live: (machine: OsMachine) => Promise<void>,
): Promise<Recording> {
  const name = phase.replaceAll(' ', '-');
  const [base, log] = [join(folder, `${name}.raw`), join(folder, `${name}.log`)];
  await run('cp', ['--sparse=always', '--reflink=auto', disk.disk, base]);
  await writeFile(log, '');
  say(`${phase}: recording`);
  await using machine = await startOs(old, { ...disk, writeLog: log });
  await live(machine);
  await machine.cutPower();
  return { phase, base, log };
}

async function push(machine: OsMachine): Promise<void> {
  const bundle = await packUpdate(fresh, join(folder, 'fresh.bundle'));
  await capsulectl(machine, 'update', 'push', bundle);
  await machine.screen.until(/init F reboot[\r\n]/);
}

function capsulectl(machine: OsMachine, ...args: string[]) {
  const env = { ...process.env, CAPSULE_HOST: machine.host };
  return run(CAPSULECTL, args, { env, timeoutMs: PUSH_MS });
}

/** The disks of one part in one recording. */
interface Part extends Recording {
  readonly region: Region;
  readonly all: readonly JudgedCut[];
  readonly different: readonly JudgedCut[];
  /** Of those that differ, in the order in which they boot. */
  readonly sample: readonly JudgedCut[];
}

/** Judges every disk, and prints a row for each part of each recording. */
async function judgeAll(disk: OsDisk, recordings: readonly Recording[]): Promise<readonly Part[]> {
  const numbers = new Random(Number(values.seed));
  const random = () => numbers.below(2 ** 30) / 2 ** 30;
  const places = regionPlaces();
  const slots = places.filter(({ name }) => name === 'slot_a' || name === 'slot_b');
  const diskBytes = (await stat(disk.disk)).size;
  const systems = [await knownSystem(old), await knownSystem(fresh)];
  const loader = await hashOf([old.firmware.loader]);
  const parts: Part[] = [];
  for (const recording of recordings) {
    const { phase, base, log: path } = recording;
    await using log = await WriteLog.open(path);
    const cuts = [
      ...prefixes(log.requests),
      ...disorders(log.requests, { perInterval: 3, random }),
    ];
    say(`${phase}: ${log.requests.length} requests, ${cuts.length} disks`);
    const judged = await judgeCuts({ base, places, diskBytes, loader, systems }, log, cuts);
    await using states = await CutStates.open(base, log, slots);
    for (const [region, different] of await distinct(judged, states)) {
      const all = judged.filter((one) => one.region === region);
      const sample = shuffled(different, random).slice(0, Number(values.boots));
      parts.push({ ...recording, region, all, different, sample });
      printPart(parts.at(-1) as Part);
    }
  }
  return parts;
}

/**
 * The cuts by the part of the disk that they touched last. Of those outside of the slots, one for each content of the rest
 * of the disk: what runs from a slot is judged, and its reader verifies it.
 */
async function distinct(
  judged: readonly JudgedCut[],
  states: CutStates,
): Promise<ReadonlyMap<Region, readonly JudgedCut[]>> {
  const seen = new Set<string>();
  const found = new Map<Region, JudgedCut[]>();
  const inOrder = judged.toSorted((a, b) => a.cut.flushed - b.cut.flushed);
  for (const one of inOrder) {
    const state = await states.stateOf(one.cut);
    const isSlot = one.region === 'slot_a' || one.region === 'slot_b';
    if (!isSlot && seen.has(state)) continue;
    seen.add(state);
    found.set(one.region, [...(found.get(one.region) ?? []), one]);
  }
  return found;
}

function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
  return items
    .map((item) => ({ item, order: random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ item }) => item);
}

function printPart({ phase, region, all, different }: Part): void {
  const starts = [...new Set(all.map(({ verdict }) => verdict.version ?? '-'))].join(' or ');
  const bad = bricksOf(all);
  printRow([
    phase,
    region,
    `${all.length} disks`,
    `${different.length} distinct`,
    `${bad.length} bricks`,
    `start ${starts}`,
  ]);
  for (const { cut, verdict } of bad.slice(0, 3)) {
    process.stdout.write(`  ${describeCut(cut)}: ${verdict.brick}\n`);
  }
}

function bricksOf(cuts: readonly JudgedCut[]): readonly JudgedCut[] {
  return cuts.filter(({ verdict }) => verdict.brick !== undefined);
}

function printRow(cells: readonly string[]): void {
  process.stdout.write(
    `${cells
      .map((cell) => cell.padEnd(14))
      .join('  ')
      .trimEnd()}\n`,
  );
}

function describeCut(cut: CutPoint): string {
  return JSON.stringify(cut).slice(0, 200);
}

/**
 * Boots a disk of each part in turn, so that a run that is ended early has seen all of them. Each disk boots twice: the
 * second boot finds what the first one repaired. Returns the number of disks that did not start.
 */
async function bootAll(disk: OsDisk, parts: readonly Part[]): Promise<number> {
  const failures = new Map<Part, number>(parts.map((part) => [part, 0]));
  for (let turn = 0; turn < Number(values.boots); turn++) {
    for (const part of parts) {
      const one = part.sample[turn];
      if (one === undefined) continue;
      const isUp = await bootOne(disk, part, one);
      if (!isUp) failures.set(part, (failures.get(part) ?? 0) + 1);
    }
  }
  for (const [{ phase, region, sample }, failed] of failures) {
    printRow([phase, region, `${sample.length - failed} of ${sample.length} booted twice`]);
  }
  return [...failures.values()].reduce((sum, failed) => sum + failed, 0);
}

async function bootOne(disk: OsDisk, part: Part, { cut }: JudgedCut): Promise<boolean> {
  const { phase, region, base, log: path } = part;
  await using log = await WriteLog.open(path);
  const copy = join(folder, 'cut.raw');
  await run('cp', ['--sparse=always', '--reflink=auto', base, copy]);
  await writeCut(copy, log, cut);
  const started = performance.now();
  const isUp = await bootsTwice({ ...disk, disk: copy }, cut);
  const seconds = Math.round((performance.now() - started) / 1000);
  const outcome = isUp ? 'booted twice' : 'NOT UP';
  say(`${phase}, ${region}: ${outcome}, ${seconds} s: ${describeCut(cut)}`);
  return isUp;
}

async function bootsTwice(disk: OsDisk, cut: CutPoint): Promise<boolean> {
  const variables = join(folder, 'uefi');
  await copyFile(old.firmware.ovmfVariables, variables);
  for (const time of ['first', 'second']) {
    await using machine = await startOs(old, { ...disk, variables });
    try {
      await machine.connect();
    } catch (error) {
      say(`${time} boot of ${describeCut(cut)}: ${String(error)}`);
      return false;
    }
    await machine.cutPower();
  }
  return true;
}
