import { setTimeout as rest } from 'node:timers/promises';
import { run } from '@capsule/host';
import { type Benchmark, samplesOf } from '../benchmark.ts';
import { benchError } from '../errors.ts';
import { summarise } from '../figure/statistics.ts';
import { type Memory, memoryOf } from '../host/proc.ts';
import { startCapsule } from '../setting/start-capsule.ts';
import { WatchedCells } from '../setting/watched-cells.ts';

const CELLS = 100;
const CONTAINERS = ['one', 'two', 'three'];
/** Cells that are started at once. */
const AT_ONCE = 10;
/** Until garbage of the last call is collected or not. */
const SETTLE_MS = 10_000;

/** P15-cells: `kuke get cells` with 100 cells, and the memory of capsuled with 100 cells of three. */
export const cells: Benchmark = async (setting) => {
  await using capsule = await startCapsule(setting);
  await using watched = new WatchedCells(capsule.lab.host, capsule.image);
  for (let at = 0; at < CELLS; at += AT_ONCE) {
    setting.signal.throwIfAborted();
    const names = Array.from({ length: AT_ONCE }, (_, i) => `p16-${at + i}`);
    await Promise.all(names.map((name) => watched.run(name, CONTAINERS)));
    setting.say(`${at + AT_ONCE} cells run`);
  }
  await rest(SETTLE_MS, undefined, { signal: setting.signal });
  const pid = await capsule.lab.servicePid('capsuled');
  const busy: Memory[] = [];
  const took: number[] = [];
  const rounds = samplesOf(setting, 40);
  for (let round = -1; round < rounds; round += 1) {
    setting.signal.throwIfAborted();
    const ms = await timed(() => run('kuke', ['get', 'cells'], { env: capsule.lab.env }));
    if (round >= 0) took.push(ms);
  }
  busy.push(await memoryOf(pid));
  const line = (what: string, unit: 'ms' | 'MB', samples: readonly number[]) =>
    ({ id: 'P15-cells', what, unit, summary: summarise(samples) }) as const;
  return [
    line('kuke get cells, 100 cells', 'ms', took),
    line(
      'capsuled resident, 100 cells of three',
      'MB',
      busy.map(({ resident }) => resident),
    ),
    line(
      '  anonymous part',
      'MB',
      busy.map(({ anonymous }) => anonymous),
    ),
  ];
};

async function timed(act: () => Promise<{ readonly stdout: string }>): Promise<number> {
  const begunAt = performance.now();
  const { stdout } = await act();
  const lines = stdout.trim().split('\n').length;
  if (lines <= CELLS) throw benchError.LIST_FAILED({ said: stdout });
  return performance.now() - begunAt;
}
