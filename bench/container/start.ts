import { startLab } from '@capsule/testkit';
import { type Benchmark, samplesOf } from '../benchmark.ts';
import { summarise } from '../figure/statistics.ts';

/**
 * P14: the time from the request to start an embedded capsule to the first answer of its API. The rootfs is
 * already built.
 */
export const start: Benchmark = async (setting) => {
  const took: number[] = [];
  const rounds = samplesOf(setting, 10);
  for (let round = -1; round < rounds; round += 1) {
    setting.signal.throwIfAborted();
    await using lab = await startLab({ images: [], progress: setting.say });
    if (round >= 0) took.push(lab.readyMs);
  }
  const what = 'embedded start to API ready';
  return [{ id: 'P14', what, unit: 'ms', goal: { most: 2000 }, summary: summarise(took) }];
};
