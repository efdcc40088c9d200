import { join } from 'node:path';
import { type Benchmark, samplesOf } from '../benchmark.ts';
import { benchError } from '../errors.ts';
import { pairRatios, summarise } from '../figure/statistics.ts';
import { Ctr } from '../peer/ctr.ts';
import { writeBigArchive } from '../setting/big-archive.ts';
import { startCapsule } from '../setting/start-capsule.ts';

const MEGABYTES = 500;
const NAME = 'localhost/capsule/bench-big:1';

/**
 * P10: the time of `capsulectl image push` and of `ctr images import` for the same archive. Both unpack it.
 */
export const push: Benchmark = async (setting) => {
  await using capsule = await startCapsule(setting);
  const { lab } = capsule;
  const ctr = new Ctr(lab);
  // In /perm of the capsule, where ctr can read it. So both read the same file.
  const archive = await writeBigArchive(join(lab.stateDir, 'perm'), NAME, MEGABYTES);
  const took = { push: [] as number[], ctr: [] as number[] };
  const rounds = samplesOf(setting, 10);
  for (let round = -1; round < rounds; round += 1) {
    setting.signal.throwIfAborted();
    const begunAt = performance.now();
    const { exitCode, stderr } = await lab.capsulectlWith(
      { timeoutMs: 600_000 },
      ...['image', 'push', archive],
    );
    const ours = performance.now() - begunAt;
    if (exitCode !== 0) throw benchError.PUSH_FAILED({ said: stderr });
    // Namespaces share content, so leftovers of one import would make the next one faster.
    await lab.ctr('images', 'rm', '--sync', NAME);
    const theirs = await ctr.importArchive('/perm/big.tar');
    await ctr.removeImage(NAME);
    if (round < 0) continue;
    took.push.push(MEGABYTES / (ours / 1000));
    took.ctr.push(MEGABYTES / (theirs / 1000));
  }
  const ratio = summarise(pairRatios(took.push, took.ctr));
  const what = 'push of 500 MB / ctr import';
  return [
    { id: 'P10', what, unit: 'x', goal: { least: 1 }, summary: ratio },
    { id: 'P10', what: 'capsulectl image push', unit: 'MB/s', summary: summarise(took.push) },
    { id: 'P10', what: 'ctr images import', unit: 'MB/s', summary: summarise(took.ctr) },
  ];
};
