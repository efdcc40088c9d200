import { test } from 'node:test';
import { startLab } from '@capsule/testkit';
import { FLUSH_WAYS, flush } from '../soak/flush.ts';
import { chooseSeed, Random } from './lab/random.ts';

test('what a microVM wrote before its stop is in its volume, whatever goes on meanwhile', {
  timeout: 300_000,
}, async (t) => {
  const seed = chooseSeed();
  t.diagnostic(`CAPSULE_TEST_SEED=${seed}`);
  await using lab = await startLab({ images: [] });
  const say = (line: string) => t.diagnostic(line);
  await flush({ lab, random: new Random(seed), rounds: 2 * FLUSH_WAYS.length, say });
});
