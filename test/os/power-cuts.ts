/**
 * `npm run power-cuts -- [--boots N] [--seed SEED]`: records every request to the disk of a machine during its first
 * boot, an update, its confirmation and a roll-back; rebuilds the disk for every moment at which the power can fail,
 * also with writes lost or reordered since the last flush; and judges each without a boot. Boots a seeded sample. Prints
 * a table; ends with 1 if any disk would not start.
 */
import { copyFile, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { run } from '@capsule/host';
import {
  buildTestSystem,
  type CutPoint,
  disorders,
  hashOf,
  type JudgedCut,
  judgeCuts,
  knownSystem,
  newDisk,
  type OsDisk,
  type OsMachine,
  type OsSystem,
  packUpdate,
  prefixes,
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
  const bricks = await judgeAll(disk, recordings);
  process.exitCode = bricks === 0 ? 0 : 1;
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

async function judgeAll(disk: OsDisk, recordings: readonly Recording[]): Promise<number> {
  const numbers = new Random(Number(values.seed));
  const random = () => numbers.below(2 ** 30) / 2 ** 30;
  const places = regionPlaces();
  const diskBytes = (await stat(disk.disk)).size;
  const systems = [await knownSystem(old), await knownSystem(fresh)];
  const loader = await hashOf([old.firmware.loader]);
  let bricks = 0;
  for (const { phase, base, log: path } of recordings) {
    await using log = await WriteLog.open(path);
    const cuts = [
      ...prefixes(log.requests),
      ...disorders(log.requests, { perInterval: 3, random }),
    ];
    say(`${phase}: ${log.requests.length} requests, ${cuts.length} disks`);
    const judged = await judgeCuts({ base, places, diskBytes, loader, systems }, log, cuts);
    print(phase, judged);
    bricks += judged.filter(({ verdict }) => verdict.brick !== undefined).length;
    bricks += await bootSample({ disk, base, log, judged, random });
  }
  return bricks;
}

function print(phase: string, judged: readonly JudgedCut[]): void {
  const regions = [...new Set(judged.map(({ region }) => region))];
  for (const region of regions) {
    const here = judged.filter((one) => one.region === region);
    const starts = [...new Set(here.map(({ verdict }) => verdict.version ?? '-'))].join(' or ');
    const bad = here.filter(({ verdict }) => verdict.brick !== undefined);
    const line = [phase, region, `${here.length} cuts`, `start ${starts}`, `${bad.length} bricks`];
    process.stdout.write(`${line.map((word) => word.padEnd(14)).join('  ')}\n`);
    for (const { cut, verdict } of bad.slice(0, 3)) {
      process.stdout.write(`  ${JSON.stringify(cut).slice(0, 200)}: ${verdict.brick}\n`);
    }
  }
}

interface Sample {
  readonly disk: OsDisk;
  readonly base: string;
  readonly log: WriteLog;
  readonly judged: readonly JudgedCut[];
  readonly random: () => number;
}

/** Each disk boots twice: the second boot finds what the first one repaired. */
async function bootSample({ disk, base, log, judged, random }: Sample): Promise<number> {
  let failures = 0;
  for (let boot = 0; boot < Number(values.boots); boot++) {
    const one = judged[Math.floor(random() * judged.length)];
    if (one === undefined) return failures;
    const copy = join(folder, 'cut.raw');
    await run('cp', ['--sparse=always', '--reflink=auto', base, copy]);
    await writeCut(copy, log, one.cut);
    const isUp = await bootsTwice({ ...disk, disk: copy }, one.cut);
    if (!isUp) failures++;
    process.stdout.write(`  booted twice: ${one.region}, ${isUp ? 'up' : 'NOT UP'}\n`);
  }
  return failures;
}

async function bootsTwice(disk: OsDisk, cut: CutPoint): Promise<boolean> {
  const variables = join(folder, 'uefi');
  await copyFile(old.firmware.ovmfVariables, variables);
  for (const time of ['first', 'second']) {
    await using machine = await startOs(old as OsSystem, { ...disk, variables });
    try {
      await machine.connect();
    } catch (error) {
      say(`${time} boot of ${JSON.stringify(cut).slice(0, 200)}: ${String(error)}`);
      return false;
    }
    await machine.cutPower();
  }
  return true;
}
