import { type Benchmark, samplesOf } from '../benchmark.ts';
import { pairRatios, summarise } from '../figure/statistics.ts';
import { Podman } from '../peer/podman.ts';
import { startCapsule } from '../setting/start-capsule.ts';

const CONTAINERS = 50;
/** Starts containers with podman, as `xargs -P 2` would. */
const PODMAN_WORKERS = 2;

/** P2: the time from 50 concurrent requests until the last container runs. */
export const burst: Benchmark = async (setting) => {
  await using capsule = await startCapsule(setting);
  await using podman = await Podman.start();
  await podman.load(setting.image.archive);
  const took = { capsule: [] as number[], podman: [] as number[] };
  const rounds = samplesOf(setting, 10);
  for (let round = -1; round < rounds; round += 1) {
    setting.signal.throwIfAborted();
    const names = Array.from({ length: CONTAINERS }, (_, i) => `p2-${round + 1}-${i}`);
    const ours = await capsule.runAll(names);
    await capsule.remove(names);
    setting.signal.throwIfAborted();
    const theirs = await runAllInPodman(podman, names, capsule.image);
    await podman.remove(names);
    if (round < 0) continue; // warms up
    took.capsule.push(ours / 1000);
    took.podman.push(theirs / 1000);
  }
  const ratio = summarise(pairRatios(took.capsule, took.podman));
  return [
    {
      id: 'P2',
      what: '50 applied / podman, 2 workers',
      unit: 'x',
      goal: { most: 0.5 },
      summary: ratio,
    },
    { id: 'P2', what: '50 applied at once', unit: 's', summary: summarise(took.capsule) },
    { id: 'P2', what: '50 x podman run -d', unit: 's', summary: summarise(took.podman) },
  ];
};

async function runAllInPodman(
  podman: Podman,
  names: readonly string[],
  image: string,
): Promise<number> {
  const waiting = [...names];
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      await podman.run(name, image);
    }
  };
  const begunAt = performance.now();
  await Promise.all(Array.from({ length: PODMAN_WORKERS }, work));
  return performance.now() - begunAt;
}
