import { type Benchmark, samplesOf } from '../benchmark.ts';
import { startCapsule } from '../setting/start-capsule.ts';
import { BareMachine } from './bare-machine.ts';
import { measureStart, type Start, VM_SIZE } from './measure-start.ts';
import { vmStartFigures } from './vm-start-figures.ts';

/**
 * P3: the time from an apply to the end of the first exec, each paired with a bare boot of the same kernel.
 */
export const vmStart: Benchmark = async (setting) => {
  await using capsule = await startCapsule(setting);
  await capsule.runMicroVm('p3', VM_SIZE);
  const bare = await BareMachine.like(capsule, 'p3');
  await capsule.remove(['p3']);
  setting.say(`microVMs here: ${bare.mode}`);
  const starts: Start[] = [];
  const rounds = samplesOf(setting, 15);
  for (let round = 0; round < rounds; round += 1) {
    setting.signal.throwIfAborted();
    starts.push(await measureStart(capsule, bare, `p3-${round}`));
  }
  const { isKvm, mode } = bare;
  return vmStartFigures(starts, mode, isKvm ? { addedMs: 150 } : { ratio: 1.15 });
};
