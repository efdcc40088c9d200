import { type Benchmark, samplesOf } from '../benchmark.ts';
import { pairRatios, summarise } from '../figure/statistics.ts';
import { startCapsule } from '../setting/start-capsule.ts';

const [CONTAINER, MACHINE] = ['m2-container', 'm2-vm'];
const WARM_UP = 3;

/** M2: the time of an Exec of `true` in a running microVM, compared with a container. */
export const vmExec: Benchmark = async (setting) => {
  await using capsule = await startCapsule(setting);
  await capsule.run(CONTAINER);
  await capsule.runMicroVm(MACHINE);
  const took = { container: [] as number[], vm: [] as number[] };
  const rounds = samplesOf(setting, 30);
  for (let round = -WARM_UP; round < rounds; round += 1) {
    setting.signal.throwIfAborted();
    const [container, vm] = [await capsule.exec(CONTAINER), await capsule.exec(MACHINE)];
    if (round < 0) continue;
    took.container.push(container);
    took.vm.push(vm);
  }
  const ratio = summarise(pairRatios(took.vm, took.container));
  return [
    { id: 'M2', what: 'exec, microVM / container', unit: 'x', summary: ratio },
    { id: 'M2', what: 'exec in a microVM', unit: 'ms', summary: summarise(took.vm) },
    { id: 'M2', what: 'exec in a container', unit: 'ms', summary: summarise(took.container) },
  ];
};
