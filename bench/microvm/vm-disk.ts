import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Benchmark, samplesOf } from '../benchmark.ts';
import { benchError } from '../errors.ts';
import type { Figure } from '../figure/figure.ts';
import { pairRatios, summarise } from '../figure/statistics.ts';
import { padArchive } from '../setting/pad-archive.ts';
import { startCapsule } from '../setting/start-capsule.ts';
import type { WatchedCapsule } from '../setting/watched-capsule.ts';

const SMALL_MB = 8;
const LARGE_MB = 256;
const BLOCK_BYTES = 512;

interface Preparation {
  readonly ms: number;
  readonly addedMb: number;
}

/**
 * P4: the creation of one more microVM from an image that another one uses. The time is from the creation of
 * its folder to the write of its record, after all disks exist. Also measures the disk space that it takes
 * up.
 */
export const vmDisk: Benchmark = async (setting) => {
  await using capsule = await startCapsule(setting);
  const samples: Record<number, Preparation[]> = { [SMALL_MB]: [], [LARGE_MB]: [] };
  const first: Record<number, Preparation> = {};
  for (const size of [SMALL_MB, LARGE_MB]) {
    await push(capsule, size);
    first[size] = await prepare(capsule, size, `first-${size}`);
  }
  const rounds = samplesOf(setting, 10);
  for (let round = 0; round < rounds; round += 1) {
    for (const size of [SMALL_MB, LARGE_MB]) {
      setting.signal.throwIfAborted();
      samples[size]?.push(await prepare(capsule, size, `p4-${size}-${round}`));
      await capsule.remove([`p4-${size}-${round}`]);
    }
  }
  const ms = (size: number) => (samples[size] ?? []).map((sample) => sample.ms);
  const ratio = summarise(pairRatios(ms(LARGE_MB), ms(SMALL_MB)));
  return [
    ...[SMALL_MB, LARGE_MB].flatMap((size) => describe(size, first[size], samples[size] ?? [])),
    { id: 'P4', what: `disks, ${LARGE_MB} MB / ${SMALL_MB} MB`, unit: 'x', summary: ratio },
  ];
};

function describe(
  size: number,
  first: Preparation | undefined,
  next: readonly Preparation[],
): readonly Figure[] {
  const line = (what: string, unit: 'ms' | 'MB', values: readonly number[]) => ({
    id: 'P4',
    unit,
    what: `${what}, image of ${size} MB`,
    summary: summarise(values),
  });
  const ms = next.map((sample) => sample.ms);
  const added = next.map((sample) => sample.addedMb);
  return [
    { ...line('disks', 'ms', ms), goal: { most: 50 } },
    line('added', 'MB', added),
    line('first disks', 'ms', [first?.ms ?? Number.NaN]),
  ];
}

async function push({ lab }: WatchedCapsule, size: number): Promise<void> {
  const input = await padArchive(imageOf(size), size);
  const { exitCode, stderr } = await lab.capsulectlWith({ input }, 'image', 'push', '-');
  if (exitCode !== 0) throw benchError.PUSH_FAILED({ said: stderr });
}

function imageOf(size: number): string {
  return `localhost/capsule/padded:${size}`;
}

/** The microVM keeps running. */
async function prepare(capsule: WatchedCapsule, size: number, name: string): Promise<Preparation> {
  const perm = join(capsule.lab.stateDir, 'perm');
  const images = join(perm, 'microvm-images');
  const before = await sizeOf(images);
  await capsule.runMicroVm(name, { image: imageOf(size), memoryMib: 64 });
  const [folder] = (await readdir(join(perm, 'microvm'))).filter((id) => id.includes(`_${name}_`));
  if (folder === undefined) throw benchError.WORKLOAD_FAILED({ name, said: 'it has no folder' });
  const path = join(perm, 'microvm', folder);
  const begun = await stat(path, { bigint: true });
  const made = await stat(join(path, 'vm.json'), { bigint: true });
  const added = (await sizeOf(path)) + (await sizeOf(images)) - before;
  return { ms: Number(made.mtimeNs - begun.birthtimeNs) / 1e6, addedMb: added / 1e6 };
}

/** Returns the size of a folder's files on the disk, in bytes. */
async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [];
    throw cause;
  });
  const stats = await Promise.all(names.map((name) => stat(join(folder, name))));
  return stats.reduce((sum, { blocks }) => sum + blocks * BLOCK_BYTES, 0);
}
