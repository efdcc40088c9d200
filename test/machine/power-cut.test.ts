import { test } from 'node:test';
import { chooseSeed, Random } from '../lab/random.ts';
import { cutPower } from './cut-power.ts';

const isHere = process.arch === 'x64';

test('after a power cut at any time, acknowledged changes are present, and everything is clean', {
  timeout: 22 * 60_000,
  skip: isHere ? false : 'only x86_64 is emulated',
}, async (t) => {
  const seed = chooseSeed();
  t.diagnostic(`CAPSULE_TEST_SEED=${seed}`);
  await cutPower({ random: new Random(seed), cuts: 1 }, (text) => t.diagnostic(text));
});
