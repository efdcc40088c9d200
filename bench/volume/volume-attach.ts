import { mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '@capsule/host';
import { type Benchmark, samplesOf } from '../benchmark.ts';
import { pairRatios, summarise } from '../figure/statistics.ts';
import { startCapsule } from '../setting/start-capsule.ts';

const MIB = 1024 * 1024;
const SIZE_MIB = 1024;

/**
 * V2: the time that a volume adds to a stop and a start of a workload, compared with the same steps by hand:
 * attach a loop device, mount, unmount, detach.
 */
export const volumeAttach: Benchmark = async (setting) => {
  await using capsule = await startCapsule(setting);
  await capsule.client.volume.create({ name: 'v2', sizeMib: BigInt(SIZE_MIB) });
  await capsule.run('plain');
  await capsule.run('mounted', { mounts: [{ volumeName: 'v2', mountPath: '/data' }] });
  await using byHand = await HandMount.create(join(capsule.lab.stateDir, 'by-hand'));
  const took = { plain: [] as number[], mounted: [] as number[], hand: [] as number[] };
  const rounds = samplesOf(setting, 20);
  for (let round = -2; round < rounds; round += 1) {
    setting.signal.throwIfAborted();
    const plain = await capsule.cycle('plain');
    const mounted = await capsule.cycle('mounted');
    const hand = await byHand.cycle();
    if (round < 0) continue; // warms up
    took.plain.push(plain);
    took.mounted.push(mounted);
    took.hand.push(hand);
  }
  const added = took.mounted.map((ms, index) => ms - (took.plain[index] ?? Number.NaN));
  const ratio = pairRatios(took.mounted, took.plain);
  return [
    { id: 'V2', what: 'stop and start, with / without', unit: 'x', summary: summarise(ratio) },
    { id: 'V2', what: 'stop and start without volume', unit: 'ms', summary: summarise(took.plain) },
    { id: 'V2', what: 'attach and detach add', unit: 'ms', summary: summarise(added) },
    { id: 'V2', what: 'losetup and mount by hand', unit: 'ms', summary: summarise(took.hand) },
  ];
};

/** The commands that an operator would type. */
class HandMount implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(folder: string): Promise<HandMount> {
    await mkdir(join(folder, 'mounted'), { recursive: true });
    await writeFile(join(folder, 'image'), '');
    await truncate(join(folder, 'image'), SIZE_MIB * MIB);
    await run('mkfs.ext4', ['-q', join(folder, 'image')]);
    return new HandMount(folder);
  }

  async cycle(): Promise<number> {
    const begunAt = performance.now();
    const image = join(this.#folder, 'image');
    const options = ['--find', '--show', '--direct-io=on'];
    const device = (await run('losetup', [...options, image])).stdout.trim();
    await run('mount', [device, join(this.#folder, 'mounted')]);
    await run('umount', [join(this.#folder, 'mounted')]);
    await run('losetup', ['--detach', device]);
    return performance.now() - begunAt;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }
}
