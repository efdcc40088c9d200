/**
 * `npm run soak [-- --kills N] [--seed N] [--minutes N]`: random operations against a model, while
 * capsuled is killed N times (1,000 by default), containerd and shims a tenth of that each. Ends with 1,
 * the seed and the last operations when a promise was broken.
 */
import { parseArgs } from 'node:util';
import { chooseSeed } from '../e2e/lab/random.ts';
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
    },
  });
  const [kills, seed, minutes] = [values.kills, values.seed, values.minutes].map(Number);
  if (![kills, seed, minutes].every((each) => Number.isFinite(each) && Number(each) >= 0)) {
    process.stderr.write('error: --kills, --seed and --minutes take a number\n');
    return 2;
  }
  return run(Number(kills), Number(seed), Number(minutes) * 60_000);
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
