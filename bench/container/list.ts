import { run } from '@capsule/host';
import { type Benchmark, samplesOf } from '../benchmark.ts';
import { benchError } from '../errors.ts';
import { pairRatios, summarise } from '../figure/statistics.ts';
import { startCapsule } from '../setting/start-capsule.ts';

const CONTAINERS = 50;
const WARM_UP = 3;

/** P7: the run time of `capsulectl workload list`, compared with a Node that does nothing. */
export const list: Benchmark = async (setting) => {
  await using capsule = await startCapsule(setting);
  await capsule.runAll(Array.from({ length: CONTAINERS }, (_, i) => `p7-${i}`));
  const took = { list: [] as number[], node: [] as number[] };
  const rounds = samplesOf(setting, 40);
  for (let round = -WARM_UP; round < rounds; round += 1) {
    setting.signal.throwIfAborted();
    const list = await timed(async () => {
      const { exitCode, stderr } = await capsule.lab.capsulectl('workload', 'list');
      if (exitCode !== 0) throw benchError.LIST_FAILED({ said: stderr });
    });
    const node = await timed(() => run(process.execPath, ['-e', '0']));
    if (round < 0) continue;
    took.list.push(list);
    took.node.push(node);
  }
  return [
    {
      id: 'P7',
      what: 'workload list, 50 workloads',
      unit: 'ms',
      summary: summarise(took.list),
    },
    { id: 'P7', what: 'node -e 0', unit: 'ms', summary: summarise(took.node) },
    {
      id: 'P7',
      what: 'workload list / node -e 0',
      unit: 'x',
      goal: { most: 2 },
      summary: summarise(pairRatios(took.list, took.node)),
    },
  ];
};

async function timed(act: () => Promise<unknown>): Promise<number> {
  const begunAt = performance.now();
  await act();
  return performance.now() - begunAt;
}
