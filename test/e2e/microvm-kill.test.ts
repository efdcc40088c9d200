import { test } from 'node:test';
import { startLab } from '@capsule/testkit';
import { describeFootprint, footprint } from '../lab/footprint.ts';
import { chooseSeed, Random } from '../lab/random.ts';
import { killAmid } from '../microvm/kill.ts';
import { vmSettingOf } from '../microvm/lab-setting.ts';

const ROUNDS = 3;

test('a kill of capsuled at any moment leaves no incomplete microVM', {
  timeout: 300_000,
}, async (t) => {
  const seed = chooseSeed();
  t.diagnostic(`CAPSULE_TEST_SEED=${seed}`);
  await using lab = await startLab({ images: [] });
  const setting = vmSettingOf(lab);
  const say = (line: string) => t.diagnostic(line);
  const random = new Random(seed);
  try {
    const look = async () => describeFootprint(await footprint(lab));
    await killAmid({ setting, backend: 'qemu', random, rounds: ROUNDS, say }, look);
  } finally {
    setting.client.close();
  }
});
