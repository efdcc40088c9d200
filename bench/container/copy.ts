import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Benchmark, type Setting, samplesOf } from '../benchmark.ts';
import { benchError } from '../errors.ts';
import type { Figure } from '../figure/figure.ts';
import { pairRatios, summarise } from '../figure/statistics.ts';
import { Docker } from '../peer/docker.ts';
import { Podman } from '../peer/podman.ts';
import { startCapsule } from '../setting/start-capsule.ts';
import type { WatchedCapsule } from '../setting/watched-capsule.ts';
import { writeRandom } from '../setting/write-random.ts';

const NAME = 'p9';
const LARGE_MIB = 1024;
const FILES = 10_000;
const FILE_BYTES = 1000;

type Copy = (source: string, target: string) => Promise<number>;

/** P9: the run time of `cp` for one large file and for many small files, in and out. */
export const copy: Benchmark = async (setting) => {
  await using capsule = await startCapsule(setting);
  await using docker = await Docker.startIfInstalled();
  await using podman = await Podman.start();
  await docker?.load(setting.image.archive, capsule.image);
  await podman.load(setting.image.archive);
  await capsule.run(NAME);
  await docker?.run(NAME, capsule.image);
  await podman.run(NAME, capsule.image);
  // A folder that podman also sees, on the same disk as all peers.
  const folder = await mkdtemp(join(capsule.lab.stateDir, 'copy-'));
  const copies: Record<string, Copy> = {
    capsule: (source, target) => copyByCapsulectl(capsule, source, target),
    podman: (source, target) => podman.copy(source, target),
    ...(docker && { docker: (source, target) => docker.copy(source, target) }),
  };
  try {
    await writeRandom(join(folder, 'large'), LARGE_MIB);
    await writeSmall(join(folder, 'small'));
    return [
      ...(await measure(setting, copies, { folder, what: 'large', label: '1 GiB' })),
      ...(await measure(setting, copies, { folder, what: 'small', label: '10,000 files' })),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

async function measure(
  setting: Setting,
  copies: Readonly<Record<string, Copy>>,
  { folder, what, label }: { folder: string; what: string; label: string },
): Promise<readonly Figure[]> {
  const took = { in: new Samples(), out: new Samples() };
  const rounds = samplesOf(setting, 10);
  for (let round = -1; round < rounds; round += 1) {
    for (const [peer, copyBy] of Object.entries(copies)) {
      setting.signal.throwIfAborted();
      const back = join(folder, `back-${peer}`);
      const inward = await copyBy(join(folder, what), `${NAME}:/${what}-${round + 1}`);
      const outward = await copyBy(`${NAME}:/${what}-${round + 1}`, back);
      await rm(back, { recursive: true, force: true });
      if (round < 0) continue; // warms up
      took.in.add(peer, inward / 1000);
      took.out.add(peer, outward / 1000);
    }
  }
  return (['in', 'out'] as const).flatMap((way) => describe(`cp ${way} of ${label}`, took[way]));
}

/** Seconds of each program, in the order of the rounds. */
class Samples extends Map<string, number[]> {
  add(peer: string, seconds: number): void {
    this.set(peer, [...(this.get(peer) ?? []), seconds]);
  }
}

function describe(what: string, took: Samples): readonly Figure[] {
  const ours = took.get('capsule') ?? [];
  const peers = [...took].filter(([peer]) => peer !== 'capsule');
  const ratios = peers.map(([peer, theirs]) => ({
    id: 'P9',
    unit: 'x' as const,
    what: `${what} / ${peer} cp`,
    summary: summarise(pairRatios(ours, theirs)),
    goal: { most: 1 },
  }));
  const times = [...took].map(([peer, seconds]) => ({
    id: 'P9',
    unit: 's' as const,
    what: `${what}, ${peer === 'capsule' ? 'capsulectl' : peer}`,
    summary: summarise(seconds),
  }));
  return [...ratios, ...times];
}

async function copyByCapsulectl(
  { lab }: WatchedCapsule,
  source: string,
  target: string,
): Promise<number> {
  const begunAt = performance.now();
  const options = { timeoutMs: 600_000 };
  const { exitCode, stderr } = await lab.capsulectlWith(options, 'cp', '-q', source, target);
  if (exitCode !== 0) throw benchError.COMMAND_FAILED({ command: 'cp', said: stderr });
  return performance.now() - begunAt;
}

/** A hundred files in each of a hundred folders. */
async function writeSmall(path: string): Promise<void> {
  const data = randomBytes(FILE_BYTES);
  for (let at = 0; at < FILES; at += 100) {
    const folder = join(path, `folder-${at / 100}`);
    await mkdir(folder, { recursive: true });
    const names = Array.from({ length: 100 }, (_, i) => join(folder, `file-${i}`));
    await Promise.all(names.map((name) => writeFile(name, data)));
  }
}
