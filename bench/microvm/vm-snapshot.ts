import { rm, stat } from 'node:fs/promises';
import { type Benchmark, samplesOf } from '../benchmark.ts';
import { pairRatios, summarise } from '../figure/statistics.ts';
import { startCapsule } from '../setting/start-capsule.ts';
import { BareMachine } from './bare-machine.ts';
import { WarmMachine } from './warm-machine.ts';

const STATE = '/perm/warm.state';
const SIZE = { memoryMib: 256 };

/**
 * M4: the snapshot of a running machine and the start from it, compared with a boot. It uses a bare machine,
 * because QEMU cannot save a machine with `vhost-user-vsock`, which microVMs of a capsule have.
 */
export const vmSnapshot: Benchmark = async (setting) => {
  await using capsule = await startCapsule(setting);
  await capsule.runMicroVm('m4', SIZE);
  const bare = await BareMachine.like(capsule, 'm4');
  await capsule.remove(['m4']);
  const took = { boot: [] as number[], save: [] as number[], resume: [] as number[] };
  const sizes: number[] = [];
  for (let round = 0; round < samplesOf(setting, 10); round += 1) {
    setting.signal.throwIfAborted();
    await rm(capsule.pathOf(STATE), { force: true });
    {
      await using machine = await WarmMachine.start(capsule, bare);
      took.boot.push(machine.spokeAfterMs);
      took.save.push(await machine.save(STATE));
    }
    sizes.push((await stat(capsule.pathOf(STATE))).size / 1e6);
    await using again = await WarmMachine.start(capsule, bare, ['-incoming', `file:${STATE}`]);
    took.resume.push(again.spokeAfterMs);
  }
  const ratio = summarise(pairRatios(took.resume, took.boot));
  const { mode } = bare;
  return [
    { id: 'M4', what: `resume / boot, bare, ${mode}`, unit: 'x', summary: ratio },
    { id: 'M4', what: 'boot to the first word', unit: 'ms', summary: summarise(took.boot) },
    { id: 'M4', what: 'resume to the next word', unit: 'ms', summary: summarise(took.resume) },
    { id: 'M4', what: 'snapshot', unit: 'ms', summary: summarise(took.save) },
    { id: 'M4', what: 'snapshot, on the disk', unit: 'MB', summary: summarise(sizes) },
  ];
};
