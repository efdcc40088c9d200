import { setTimeout as rest } from 'node:timers/promises';
import { type Benchmark, samplesOf } from '../benchmark.ts';
import { summarise } from '../figure/statistics.ts';
import { memoryOf } from '../host/proc.ts';
import { startCapsule } from '../setting/start-capsule.ts';

const AT_ONCE = 10;
const CYCLES = 400;
const LONG_CYCLES = 10_000;
/** The number of memory samples. */
const LOOKS = 20;
const SETTLE_MS = 1000;

/** P6: memory of capsuled does not grow over many created and deleted workloads. */
export const churn: Benchmark = async (setting) => {
  await using capsule = await startCapsule(setting);
  const pid = await capsule.lab.servicePid('capsuled');
  const cycles = setting.isLong ? LONG_CYCLES : samplesOf(setting, CYCLES);
  const perLook = Math.max(AT_ONCE, Math.ceil(cycles / LOOKS));
  const samples: number[] = [];
  for (let done = 0; done < cycles; done += perLook) {
    for (let begun = 0; begun < perLook; begun += AT_ONCE) {
      setting.signal.throwIfAborted();
      const names = Array.from({ length: AT_ONCE }, (_, i) => `p6-${done + begun + i}`);
      await capsule.runAll(names);
      await capsule.remove(names);
    }
    await rest(SETTLE_MS, undefined, { signal: setting.signal });
    samples.push((await memoryOf(pid)).resident);
  }
  // The first half is a warm-up, in which the heap reaches its size.
  const half = Math.floor(samples.length / 2);
  const before = summarise(samples.slice(0, half)).max;
  const growth = samples.slice(half).map((sample) => sample / before);
  const what = `growth over ${cycles} create/delete`;
  return [
    { id: 'P6', what, unit: 'x', goal: { most: 1.05 }, summary: summarise(growth) },
    { id: 'P6', what: 'resident meanwhile', unit: 'MB', summary: summarise(samples) },
  ];
};
