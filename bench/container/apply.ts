import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Benchmark, samplesOf } from '../benchmark.ts';
import { benchError } from '../errors.ts';
import { pairRatios, summarise } from '../figure/statistics.ts';
import { Ctr } from '../peer/ctr.ts';
import { Podman } from '../peer/podman.ts';
import { startCapsule } from '../setting/start-capsule.ts';
import type { WatchedCapsule } from '../setting/watched-capsule.ts';

const WARM_UP = 3;

/**
 * P1: the time from an apply to a running process, in turn with `ctr run -d` and `podman run -d` of the same
 * image. The removal is not measured, and ends before the next sample.
 */
export const apply: Benchmark = async (setting) => {
  await using capsule = await startCapsule(setting);
  await using podman = await Podman.start();
  const ctr = new Ctr(capsule.lab);
  await copyFile(setting.image.archive, join(capsule.lab.stateDir, 'perm/bench.tar'));
  await Promise.all([ctr.importArchive('/perm/bench.tar'), podman.load(setting.image.archive)]);

  const ways = {
    capsule: async (name: string) => {
      const took = await capsule.run(name);
      await capsule.remove([name]);
      return took;
    },
    ctr: async (name: string) => {
      const took = await ctr.run(name, capsule.image);
      await ctr.remove(name);
      return took;
    },
    podman: async (name: string) => {
      const took = await podman.run(name, capsule.image);
      await podman.remove([name]);
      return took;
    },
    capsulectl: async (name: string) => {
      const took = await applyByCommand(capsule, name);
      await capsule.remove([name]);
      return took;
    },
    ctrVersion: () => ctr.nothing(),
  };
  const took = { capsule: [], ctr: [], podman: [], capsulectl: [], ctrVersion: [] } as Record<
    keyof typeof ways,
    number[]
  >;
  const rounds = samplesOf(setting, 30);
  for (let round = -WARM_UP; round < rounds; round += 1) {
    for (const [way, measure] of Object.entries(ways)) {
      setting.signal.throwIfAborted();
      const sample = await measure(`p1-${way.toLowerCase()}-${round + WARM_UP}`);
      if (round >= 0) took[way as keyof typeof ways].push(sample);
    }
  }
  const ratio = (peer: readonly number[]) => summarise(pairRatios(took.capsule, peer));
  const ms = (what: string, samples: readonly number[]) =>
    ({ id: 'P1', what, unit: 'ms', summary: summarise(samples) }) as const;
  return [
    {
      id: 'P1',
      what: 'apply / ctr run',
      unit: 'x',
      goal: { most: 1 },
      summary: ratio(took.ctr),
    },
    {
      id: 'P1',
      what: 'apply / podman run',
      unit: 'x',
      goal: { most: 0.6 },
      summary: ratio(took.podman),
    },
    ms('apply, called by a client', took.capsule),
    ms('ctr run -d, no network', took.ctr),
    ms('podman run -d', took.podman),
    ms('capsulectl apply --wait', took.capsulectl),
    ms('ctr --version', took.ctrVersion),
  ];
};

async function applyByCommand(capsule: WatchedCapsule, name: string): Promise<number> {
  // Measures until the start of the process, as for the peers.
  const container = { image: capsule.image, minReadySeconds: 0 };
  const manifest = { name, kind: 'Container', container };
  const begunAt = performance.now();
  const args = ['apply', '--wait', '-f', '-'];
  const { exitCode, stderr } = await capsule.lab.capsulectlWith(
    { input: JSON.stringify(manifest) },
    ...args,
  );
  const took = performance.now() - begunAt;
  if (exitCode !== 0) throw benchError.WORKLOAD_FAILED({ name, said: stderr });
  return took;
}
