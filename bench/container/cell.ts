import { type Benchmark, samplesOf } from '../benchmark.ts';
import { pairRatios, summarise } from '../figure/statistics.ts';
import { Podman } from '../peer/podman.ts';
import { startCapsule } from '../setting/start-capsule.ts';
import { WatchedCells } from '../setting/watched-cells.ts';

const CONTAINERS = ['one', 'two', 'three'];
const FOURTH = 'four';

/** P15: a cell of three containers, and a fourth into it, beside podman with a pod, pair by pair. */
export const cell: Benchmark = async (setting) => {
  await using capsule = await startCapsule(setting);
  await using podman = await Podman.start();
  await podman.load(setting.image.archive);
  await using cells = new WatchedCells(capsule.lab.host, capsule.image);
  const took = {
    cell: [] as number[],
    pod: [] as number[],
    more: [] as number[],
    run: [] as number[],
  };
  const rounds = samplesOf(setting, 30);
  for (let round = -1; round < rounds; round += 1) {
    setting.signal.throwIfAborted();
    const name = `p15-${round + 1}`;
    const ours = await cells.run(name, CONTAINERS);
    const more = await cells.run(name, [...CONTAINERS, FOURTH]);
    await cells.remove(name);
    setting.signal.throwIfAborted();
    const theirs = await podman.runPod(name, CONTAINERS, capsule.image);
    const run = await podman.runInPod(name, FOURTH, capsule.image);
    await podman.removePod(name);
    if (round < 0) continue; // warms up
    took.cell.push(ours);
    took.pod.push(theirs);
    took.more.push(more);
    took.run.push(run);
  }
  const line = (what: string, samples: readonly number[]) =>
    ({ id: 'P15', what, unit: 'ms', summary: summarise(samples) }) as const;
  const ratio = (what: string, ours: readonly number[], theirs: readonly number[]) =>
    ({
      id: 'P15',
      what,
      unit: 'x',
      goal: { most: 0.7 },
      summary: summarise(pairRatios(ours, theirs)),
    }) as const;
  return [
    ratio('cell of three / podman pod', took.cell, took.pod),
    ratio('a fourth / podman run --pod', took.more, took.run),
    line('cell of three, apply to running', took.cell),
    line('podman pod and 3 x run --pod', took.pod),
    line('a fourth, apply to running', took.more),
    line('podman run --pod', took.run),
  ];
};
