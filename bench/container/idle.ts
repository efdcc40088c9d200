import { setTimeout as rest } from 'node:timers/promises';
import { type Benchmark, samplesOf } from '../benchmark.ts';
import { summarise } from '../figure/statistics.ts';
import { processorSecondsOf } from '../host/proc.ts';
import { startCapsule } from '../setting/start-capsule.ts';

const CONTAINERS = 100;
/** After this time, garbage collection and the first periodic resync after a burst are over. */
const SETTLE_MS = 60_000;
/** Longer than a minute, so that each sample contains one periodic resync. */
const INTERVAL_MS = 65_000;

/** P11: the CPU time of capsuled and its children, with 100 idle workloads. */
export const idle: Benchmark = async (setting) => {
  await using capsule = await startCapsule(setting);
  await capsule.runAll(Array.from({ length: CONTAINERS }, (_, i) => `p11-${i}`));
  const pid = await capsule.lab.servicePid('capsuled');
  await rest(SETTLE_MS, undefined, { signal: setting.signal });
  const percents: number[] = [];
  for (let round = 0; round < samplesOf(setting, 2); round += 1) {
    const before = await processorSecondsOf(pid);
    const begunAt = performance.now();
    await rest(INTERVAL_MS, undefined, { signal: setting.signal });
    const seconds = (performance.now() - begunAt) / 1000;
    percents.push((((await processorSecondsOf(pid)) - before) / seconds) * 100);
  }
  const what = 'capsuled idle, 100 workloads';
  return [{ id: 'P11', what, unit: '%', goal: { most: 0.5 }, summary: summarise(percents) }];
};
