import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mountXfs } from '@capsule/testkit';
import { type Benchmark, type Setting, samplesOf } from '../benchmark.ts';
import type { Figure } from '../figure/figure.ts';
import { pairRatios, summarise } from '../figure/statistics.ts';
import { command } from '../setting/command.ts';
import { startCapsule } from '../setting/start-capsule.ts';

const GIB = 1024 ** 3;
const MIB_OF = { small: 1024n, large: 100n * 1024n } as const;
const CONTENT_MIB = 64;

/**
 * V1: the time of a snapshot of a small and of a large volume with the same content, both mounted in a
 * running workload. The filesystem of the capsule shares blocks (XFS) or copies them (ext4).
 */
export const volumeSnapshot: Benchmark = async (setting) => {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-bench-'));
  try {
    const stateRoot = join(folder, 'mounted');
    await mkdir(stateRoot);
    await using _disk = await mountXfs(stateRoot, 8 * GIB);
    const shared = await measure(setting, { label: 'XFS', stateRoot });
    const copied = await measure(setting, { label: 'ext4', stateRoot: tmpdir() });
    return [...shared, ...copied];
  } finally {
    await rm(folder, { recursive: true });
  }
};

async function measure(
  setting: Setting,
  { label, stateRoot }: { readonly label: string; readonly stateRoot: string },
): Promise<readonly Figure[]> {
  await using capsule = await startCapsule(setting, { stateRoot });
  const { volume } = capsule.client;
  const names = ['small', 'large'] as const;
  for (const name of names) await volume.create({ name, sizeMib: MIB_OF[name] });
  await capsule.run('v1', {
    mounts: names.map((name) => ({ volumeName: name, mountPath: `/${name}` })),
  });
  for (const name of names) {
    const words = ['if=/dev/urandom', `of=/${name}/content`, 'bs=1M', `count=${CONTENT_MIB}`];
    await command(capsule.lab, 'workload', 'exec', 'v1', '--', 'dd', ...words);
  }
  const took = { small: [] as number[], large: [] as number[] };
  const rounds = samplesOf(setting, 20);
  for (let round = -2; round < rounds; round += 1) {
    setting.signal.throwIfAborted();
    for (const name of names) {
      const begunAt = performance.now();
      await volume.takeSnapshot({ volume: name, name: 'bench' });
      if (round >= 0) took[name].push(performance.now() - begunAt); // warms up before
      await volume.deleteSnapshot({ volume: name, name: 'bench' });
    }
  }
  const figure = (what: string, unit: 'x' | 'ms', samples: readonly number[]) => ({
    id: 'V1',
    what: `snapshot${what}, ${label}`,
    unit,
    summary: summarise(samples),
  });
  return [
    {
      ...figure(' of 100 / 1 GiB', 'x', pairRatios(took.large, took.small)),
      goal: { most: 1.25 },
    },
    figure(' of 1 GiB', 'ms', took.small),
    figure(' of 100 GiB', 'ms', took.large),
  ];
}
