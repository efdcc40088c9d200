import { type Benchmark, samplesOf } from '../benchmark.ts';
import { summarise } from '../figure/statistics.ts';
import { startCapsule } from '../setting/start-capsule.ts';
import type { WatchedCapsule } from '../setting/watched-capsule.ts';
import { mappedMemoryOf, processesOf } from './machine-process.ts';

const MACHINES = 20;
const MEMORY_MIB = 64;

interface Memory {
  readonly whole: number;
  readonly besideGuest: number;
}

/**
 * M1: the time from 20 concurrent requests for microVMs of 64 MiB until the last payload runs, and the memory
 * of one of them.
 */
export const vmBurst: Benchmark = async (setting) => {
  await using capsule = await startCapsule(setting);
  await capsule.runMicroVm('m1', { memoryMib: MEMORY_MIB });
  await capsule.remove(['m1']);
  const took: number[] = [];
  const memory: Memory[] = [];
  for (let round = 0; round < samplesOf(setting, 3); round += 1) {
    setting.signal.throwIfAborted();
    const names = Array.from({ length: MACHINES }, (_, index) => `m1-${round}-${index}`);
    const begunAt = performance.now();
    await Promise.all(names.map((name) => capsule.runMicroVm(name, { memoryMib: MEMORY_MIB })));
    took.push((performance.now() - begunAt) / 1000);
    for (const name of names) memory.push(await memoryOf(capsule, name));
    await capsule.remove(names);
  }
  const of = (key: keyof Memory) => summarise(memory.map((sample) => sample[key]));
  return [
    { id: 'M1', what: '20 microVMs applied at once', unit: 's', summary: summarise(took) },
    { id: 'M1', what: 'one of 20, all its processes', unit: 'MB', summary: of('whole') },
    {
      id: 'M1',
      what: '  part outside of the guest',
      unit: 'MB',
      summary: of('besideGuest'),
    },
  ];
};

async function memoryOf(capsule: WatchedCapsule, name: string): Promise<Memory> {
  const processes = await processesOf(capsule, name);
  const mapped = await Promise.all(processes.map((process) => mappedMemoryOf(capsule, process)));
  const besideGuest = mapped.reduce((sum, { own }) => sum + own, 0);
  return { besideGuest, whole: mapped.reduce((sum, { guest }) => sum + guest, besideGuest) };
}
