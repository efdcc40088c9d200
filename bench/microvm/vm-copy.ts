import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Benchmark, samplesOf } from '../benchmark.ts';
import type { Figure } from '../figure/figure.ts';
import { pairRatios, summarise } from '../figure/statistics.ts';
import { command } from '../setting/command.ts';
import { startCapsule } from '../setting/start-capsule.ts';
import type { WatchedCapsule } from '../setting/watched-capsule.ts';

const NAMES = { container: 'm3-container', vm: 'm3-vm' } as const;
const KINDS = ['container', 'vm'] as const;
const FILE_MIB = 64;
const FILE_BYTES = FILE_MIB * 1024 * 1024;

type Took = Record<(typeof KINDS)[number], number[]>;

/** M3: the run time of `cp` for a file of 64 MiB, into a microVM and out of it, compared with a container. */
export const vmCopy: Benchmark = async (setting) => {
  await using capsule = await startCapsule(setting);
  await capsule.run(NAMES.container);
  await capsule.runMicroVm(NAMES.vm);
  const folder = await mkdtemp(join(capsule.lab.stateDir, 'copy-'));
  const [source, back] = [join(folder, 'file'), join(folder, 'back')];
  const took = { in: empty(), out: empty() };
  try {
    await writeFile(source, randomBytes(FILE_BYTES));
    const rounds = samplesOf(setting, 10);
    for (let round = -1; round < rounds; round += 1) {
      for (const kind of KINDS) {
        setting.signal.throwIfAborted();
        const inward = await copy(capsule, source, `${NAMES[kind]}:/copied`);
        const outward = await copy(capsule, `${NAMES[kind]}:/copied`, back);
        await rm(back);
        if (round < 0) continue; // warms up
        took.in[kind].push(inward);
        took.out[kind].push(outward);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return [...describe('in', took.in), ...describe('out', took.out)];
};

function empty(): Took {
  return { container: [], vm: [] };
}

function describe(way: string, { vm, container }: Took): readonly Figure[] {
  const what = `cp ${way} of ${FILE_MIB} MiB`;
  const speed = (took: readonly number[]) => summarise(took.map((ms) => FILE_BYTES / 1000 / ms));
  const ratio = summarise(pairRatios(vm, container));
  return [
    { id: 'M3', what: `${what}, VM / container`, unit: 'x', summary: ratio },
    { id: 'M3', what: `${what}, microVM`, unit: 'MB/s', summary: speed(vm) },
    { id: 'M3', what: `${what}, container`, unit: 'MB/s', summary: speed(container) },
  ];
}

async function copy(capsule: WatchedCapsule, source: string, target: string): Promise<number> {
  const begunAt = performance.now();
  await command(capsule.lab, 'cp', '-q', source, target);
  return performance.now() - begunAt;
}
