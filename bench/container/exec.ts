import { type Benchmark, samplesOf } from '../benchmark.ts';
import { benchError } from '../errors.ts';
import { pairRatios, summarise } from '../figure/statistics.ts';
import { Docker } from '../peer/docker.ts';
import { Podman } from '../peer/podman.ts';
import { startCapsule } from '../setting/start-capsule.ts';
import type { WatchedCapsule } from '../setting/watched-capsule.ts';

/** P8: the run time of a command that starts one more process in a running container. */
export const exec: Benchmark = async (setting) => {
  await using capsule = await startCapsule(setting);
  await using docker = await Docker.start();
  await using podman = await Podman.start();
  await docker.load(setting.image.archive, capsule.image);
  await podman.load(setting.image.archive);
  await capsule.run('p8');
  await docker.run('p8', capsule.image);
  await podman.run('p8', capsule.image);
  const took = { ours: [] as number[], docker: [] as number[], podman: [] as number[] };
  const rounds = samplesOf(setting, 30);
  for (let round = -3; round < rounds; round += 1) {
    setting.signal.throwIfAborted();
    const ours = await execByCapsulectl(capsule);
    const theirs = [await docker.exec('p8', 'true'), await podman.exec('p8', 'true')] as const;
    if (round < 0) continue; // warms up
    took.ours.push(ours);
    took.docker.push(theirs[0]);
    took.podman.push(theirs[1]);
  }
  const goal = { most: 1 };
  const ratio = (peer: 'docker' | 'podman') => summarise(pairRatios(took.ours, took[peer]));
  return [
    { id: 'P8', what: 'exec / docker exec', unit: 'x', goal, summary: ratio('docker') },
    { id: 'P8', what: 'exec / podman exec', unit: 'x', goal, summary: ratio('podman') },
    { id: 'P8', what: 'capsulectl workload exec', unit: 'ms', summary: summarise(took.ours) },
    { id: 'P8', what: 'docker exec', unit: 'ms', summary: summarise(took.docker) },
    { id: 'P8', what: 'podman exec', unit: 'ms', summary: summarise(took.podman) },
  ];
};

async function execByCapsulectl({ lab }: WatchedCapsule): Promise<number> {
  const begunAt = performance.now();
  const { exitCode, stderr } = await lab.capsulectl('workload', 'exec', 'p8', '--', 'true');
  if (exitCode !== 0) throw benchError.COMMAND_FAILED({ command: 'exec', said: stderr });
  return performance.now() - begunAt;
}
