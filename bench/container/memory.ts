import { setTimeout as rest } from 'node:timers/promises';
import { type Benchmark, samplesOf } from '../benchmark.ts';
import { summarise } from '../figure/statistics.ts';
import { type Memory, memoryOf } from '../host/proc.ts';
import { startCapsule } from '../setting/start-capsule.ts';

const CONTAINERS = 50;
/** Waits until the garbage of the last call may have been collected. */
const SETTLE_MS = 10_000;

/** P6: the memory of capsuled in a new capsule, and with 50 workloads after concurrent applies. */
export const memory: Benchmark = async (setting) => {
  const idle: Memory[] = [];
  const busy: Memory[] = [];
  for (let round = 0; round < samplesOf(setting, 3); round += 1) {
    setting.signal.throwIfAborted();
    await using capsule = await startCapsule(setting);
    const pid = await capsule.lab.servicePid('capsuled');
    await rest(SETTLE_MS, undefined, { signal: setting.signal });
    idle.push(await memoryOf(pid));
    const names = Array.from({ length: CONTAINERS }, (_, i) => `p6-${i}`);
    await capsule.runAll(names);
    await rest(SETTLE_MS, undefined, { signal: setting.signal });
    busy.push(await memoryOf(pid));
  }
  const line = (what: string, samples: readonly number[]) =>
    ({ id: 'P6', what, unit: 'MB', summary: summarise(samples) }) as const;
  const resident = (list: readonly Memory[]) => list.map((sample) => sample.resident);
  const anonymous = (list: readonly Memory[]) => list.map((sample) => sample.anonymous);
  return [
    { ...line('capsuled resident, idle', resident(idle)), goal: { most: 90 } },
    { ...line('capsuled resident, 50 workloads', resident(busy)), goal: { most: 90 } },
    line('  anonymous part, idle', anonymous(idle)),
    line('  anonymous part, 50 workloads', anonymous(busy)),
  ];
};
