/**
 * `npm run soak [-- --kills N] [--seed N] [--minutes N]`: random operations against a model, while
 * capsuled is killed N times (1,000 by default), containerd and shims a tenth of that each. Ends with 1,
 * the seed and the last operations when a promise was broken. `--power-cuts N` instead cuts the power of a
 * capsule in a virtual machine N times; `--flushes N` writes in a microVM and stops it at once N times.
 */
import { parseArgs } from 'node:util';
import { startLab } from '@capsule/testkit';
import { chooseSeed, Random } from '../e2e/lab/random.ts';
import { vmSettingOf } from '../e2e/lab/vm-setting.ts';
import { cutPower } from '../machine/cut-power.ts';
import { flush, NotFlushed } from '../microvm/flush.ts';
import { Violation } from './journal.ts';
import { describeProgress, soak } from './soak.ts';

const say = (line: string) => void process.stdout.write(`${line}\n`);
const DAY_MINUTES = 24 * 60;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '1000' },
      seed: { type: 'string', default: String(chooseSeed()) },
      minutes: { type: 'string', default: String(DAY_MINUTES) },
      'power-cuts': { type: 'string', default: '0' },
      flushes: { type: 'string', default: '0' },
    },
  });
  const asked = [
    values.kills,
    values.seed,
    values.minutes,
    values['power-cuts'],
    values.flushes,
  ].map(Number);
  if (!asked.every((each) => Number.isFinite(each) && each >= 0)) {
    process.stderr.write(
      'error: --kills, --seed, --minutes, --power-cuts and --flushes take a number\n',
    );
    return 2;
  }
  const [kills = 0, seed = 0, minutes = 0, cuts = 0, flushes = 0] = asked;
  if (flushes > 0) return runFlushes(flushes, seed);
  if (cuts === 0) return run(kills, seed, minutes * 60_000);
  say(`CAPSULE_TEST_SEED=${seed}`);
  await cutPower({ random: new Random(seed), cuts }, say);
  return 0;
}

async function run(kills: number, seed: number, deadlineMs: number): Promise<number> {
  say(`CAPSULE_TEST_SEED=${seed}`);
  const tenth = Math.ceil(kills / 10);
  // A kill of both counts for each.
  const both = Math.ceil(kills / 50);
  const budget = { capsuled: kills - both, containerd: tenth - both, shim: tenth, both };
  try {
    say(describeProgress(await soak({ seed, budget, deadlineMs, say })));
    return 0;
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    process.stderr.write(`\n${error.message}\n\nagain: npm run soak -- --seed ${seed}\n`);
    return 1;
  }
}

async function runFlushes(rounds: number, seed: number): Promise<number> {
  say(`CAPSULE_TEST_SEED=${seed}`);
  await using lab = await startLab({ images: [] });
  const setting = vmSettingOf(lab);
  try {
    await flush({ setting, backend: 'qemu', random: new Random(seed), rounds, say });
    return 0;
  } catch (error) {
    if (!(error instanceof NotFlushed)) throw error;
    process.stderr.write(`\nnot flushed: ${error.message}\n`);
    return 1;
  } finally {
    setting.client.close();
  }
}
