import { setTimeout as rest } from 'node:timers/promises';
import { type Benchmark, samplesOf } from '../benchmark.ts';
import type { Figure } from '../figure/figure.ts';
import { summarise } from '../figure/statistics.ts';
import { memoryOf, processorSecondsOf } from '../host/proc.ts';
import { startCapsule } from '../setting/start-capsule.ts';
import type { WatchedCapsule } from '../setting/watched-capsule.ts';
import { WatchedCells } from '../setting/watched-cells.ts';

const COUNTS = [50, 100, 250];
const LONG_COUNTS = [...COUNTS, 1000];
/** Cells of one space: a space has about 250 addresses. */
const PER_SPACE = 200;
const AT_ONCE = 10;
const SETTLE_MS = 20_000;
/** Longer than a minute, so that each sample contains one periodic resync. */
const INTERVAL_MS = 65_000;
/** Goals of 250 cells; the idle capsuled has one of 100, too. */
const GOALS: Readonly<Record<string, number>> = { back: 2000, idle: 0.5 };

/** G1: what one more cell, a list, a restart and idle time cost with more and more cells, in several spaces. */
export const growth: Benchmark = async (setting) => {
  await using capsule = await startCapsule(setting);
  const figures: Figure[] = [];
  let made = 0;
  for (const count of setting.isLong ? LONG_COUNTS : COUNTS) {
    setting.signal.throwIfAborted();
    await makeCells(capsule, made, count);
    made = count;
    setting.say(`${count} cells run`);
    figures.push(...(await measure(capsule, count, setting)));
  }
  return figures;
};

async function makeCells(capsule: WatchedCapsule, from: number, to: number): Promise<void> {
  await using cells = new WatchedCells(capsule.lab.host, capsule.image);
  for (let at = from; at < to; at += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, to - at) }, (_, i) => at + i);
    await Promise.all(numbers.map((i) => cells.run(`g1-${i}`, ['main'], spaceOf(i))));
  }
}

async function measure(
  capsule: WatchedCapsule,
  count: number,
  setting: Parameters<Benchmark>[0],
): Promise<readonly Figure[]> {
  const [one, list] = await calls(capsule, samplesOf(setting, 10));
  const back: number[] = [];
  for (let kill = 0; kill < samplesOf(setting, 10); kill += 1) {
    setting.signal.throwIfAborted();
    await capsule.lab.killCapsuled();
    back.push(await capsule.lab.ready());
  }
  const pid = await capsule.lab.servicePid('capsuled');
  await rest(SETTLE_MS, undefined, { signal: setting.signal });
  const before = await processorSecondsOf(pid);
  await rest(INTERVAL_MS, undefined, { signal: setting.signal });
  const idle = ((await processorSecondsOf(pid)) - before) / (INTERVAL_MS / 1000);
  const line = (what: string, unit: Figure['unit'], samples: readonly number[]) =>
    ({ id: 'G1', what: `${count} cells: ${what}`, unit, summary: summarise(samples) }) as const;
  const goal = (id: keyof typeof GOALS) => ({ goal: { most: GOALS[id] ?? 0 } });
  return [
    line('one more, apply to running', 'ms', one ?? []),
    line('list of all, a call', 'ms', list ?? []),
    { ...line('kill -9 to answer', 'ms', back), ...goal('back') },
    { ...line('idle', '%', [idle * 100]), ...goal('idle') },
    line('capsuled resident', 'MB', [(await memoryOf(pid)).resident]),
  ];
}

async function calls(capsule: WatchedCapsule, rounds: number): Promise<readonly number[][]> {
  await using cells = new WatchedCells(capsule.lab.host, capsule.image);
  const one: number[] = [];
  const list: number[] = [];
  for (let round = -1; round < rounds; round += 1) {
    const took = await cells.run('g1-more', ['main']);
    const listed = await cells.list();
    await cells.remove('g1-more');
    if (round < 0) continue; // warms up
    one.push(took);
    list.push(listed);
  }
  return [one, list];
}

function spaceOf(cell: number): string {
  const space = Math.floor(cell / PER_SPACE);
  return space === 0 ? 'default' : `s${space}`;
}
