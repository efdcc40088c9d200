import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '@capsule/host';
import { type Benchmark, type Setting, samplesOf } from '../benchmark.ts';
import { benchError } from '../errors.ts';
import type { Figure } from '../figure/figure.ts';
import { pairRatios, summarise } from '../figure/statistics.ts';
import { startCapsule } from '../setting/start-capsule.ts';
import type { WatchedCapsule } from '../setting/watched-capsule.ts';

const SECONDS = 3;
const FILE = '1g';
const MB = 1e6;

/** The options of fio: direct I/O, without the page cache, to measure the disk and the path to it. */
const PATTERNS = [
  { label: 'sequential write', words: ['--rw=write', '--bs=1m', '--iodepth=4'] },
  { label: 'sequential read', words: ['--rw=read', '--bs=1m', '--iodepth=4'] },
  { label: '4 KiB random write', words: ['--rw=randwrite', '--bs=4k', '--iodepth=16'] },
  { label: '4 KiB random read', words: ['--rw=randread', '--bs=4k', '--iodepth=16'] },
] as const;

/** V3: fio on a volume, through the path of the container, compared with a folder on the same disk. */
export const volumeIo: Benchmark = async (setting) => {
  await using capsule = await startCapsule(setting);
  await capsule.client.volume.create({ name: 'v3', sizeMib: 2048n });
  await capsule.run('v3', { mounts: [{ volumeName: 'v3', mountPath: '/data' }] });
  const host = join(capsule.lab.stateDir, 'fio');
  await mkdir(host);
  try {
    const places = { volume: await insideOf(capsule, 'v3', 'data'), host };
    const figures: Figure[] = [];
    for (const pattern of PATTERNS) figures.push(...(await measure(setting, places, pattern)));
    return figures;
  } finally {
    await rm(host, { recursive: true });
  }
};

/** A folder of a container, through its root, with the mounts that its processes see. */
async function insideOf({ lab }: WatchedCapsule, name: string, folder: string): Promise<string> {
  const { stdout } = await lab.ctr('tasks', 'list');
  // There is only one workload.
  const pid = /^\S+\s+(\d+)\s+RUNNING/m.exec(stdout)?.[1];
  if (pid === undefined) throw benchError.WORKLOAD_FAILED({ name, said: stdout });
  return join(`/proc/${lab.pid}/root/proc/${pid}/root`, folder);
}

async function measure(
  setting: Setting,
  places: { readonly volume: string; readonly host: string },
  { label, words }: (typeof PATTERNS)[number],
): Promise<readonly Figure[]> {
  const speeds = { volume: [] as number[], host: [] as number[] };
  const rounds = samplesOf(setting, 5);
  for (let round = -1; round < rounds; round += 1) {
    for (const place of ['volume', 'host'] as const) {
      setting.signal.throwIfAborted();
      const speed = await fio(join(places[place], 'file'), words);
      if (round >= 0) speeds[place].push(speed); // lays the file out before
    }
  }
  const { volume, host } = speeds;
  const figure = (what: string, samples: readonly number[], unit: 'x' | 'MB/s' = 'MB/s') => ({
    id: 'V3',
    what: `${label}${what}`,
    unit,
    summary: summarise(samples),
  });
  return [
    figure(', volume / host', pairRatios(volume, host), 'x'),
    figure(', volume', volume),
    figure(', host', host),
  ];
}

interface FioAnswer {
  readonly jobs: readonly { readonly [way in 'read' | 'write']: { readonly bw_bytes: number } }[];
}

/** Megabytes a second. */
async function fio(file: string, words: readonly string[]): Promise<number> {
  const common = ['--name=v3', `--filename=${file}`, `--size=${FILE}`, '--direct=1'];
  const engine = ['--ioengine=libaio', '--time_based', `--runtime=${SECONDS}`];
  const options = ['--output-format=json', '--randrepeat=0', '--fallocate=none'];
  const { stdout } = await run('fio', [...common, ...engine, ...options, ...words], {
    timeoutMs: 300_000,
  });
  const [job] = (JSON.parse(stdout) as FioAnswer).jobs;
  return Math.max(job?.read.bw_bytes ?? 0, job?.write.bw_bytes ?? 0) / MB;
}
