import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Benchmark, samplesOf } from '../benchmark.ts';
import { pairRatios, summarise } from '../figure/statistics.ts';
import { Ctr } from '../peer/ctr.ts';
import { startCapsule } from '../setting/start-capsule.ts';

/** P8-daemon: an exec by a client that is connected already, in turn with `ctr tasks exec`. */
export const execDaemon: Benchmark = async (setting) => {
  await using capsule = await startCapsule(setting);
  const ctr = new Ctr(capsule.lab);
  await copyFile(setting.image.archive, join(capsule.lab.stateDir, 'perm/bench.tar'));
  await ctr.importArchive('/perm/bench.tar');
  await capsule.run('p8');
  await ctr.run('p8', capsule.image);
  const took = { ours: [] as number[], ctr: [] as number[] };
  const rounds = samplesOf(setting, 30);
  for (let round = -3; round < rounds; round += 1) {
    setting.signal.throwIfAborted();
    const ours = await capsule.exec('p8');
    const theirs = await ctr.exec('p8', `e${round + 3}`, ['true']);
    if (round < 0) continue; // warms up
    took.ours.push(ours);
    took.ctr.push(theirs);
  }
  await ctr.remove('p8');
  const line = (what: string, samples: readonly number[]) =>
    ({ id: 'P8-daemon', what, unit: 'ms', summary: summarise(samples) }) as const;
  return [
    {
      id: 'P8-daemon',
      what: 'exec / ctr tasks exec',
      unit: 'x',
      goal: { most: 1.1 },
      summary: summarise(pairRatios(took.ours, took.ctr)),
    },
    line('exec, called by a client', took.ours),
    line('ctr tasks exec', took.ctr),
  ];
};
