import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLab } from '@capsule/testkit';
import { killAmid } from '../microvm/kill.ts';
import { difference, footprint } from './lab/footprint.ts';
import { chooseSeed, Random } from './lab/random.ts';
import { vmSettingOf } from './lab/vm-setting.ts';

const ROUNDS = 5;

test('capsuled killed at any moment leaves no half of a microVM', {
  timeout: 300_000,
}, async (t) => {
  const seed = chooseSeed();
  t.diagnostic(`CAPSULE_TEST_SEED=${seed}`);
  await using lab = await startLab({ images: [] });
  const clean = await footprint(lab);
  const setting = vmSettingOf(lab);
  const say = (line: string) => t.diagnostic(line);
  const random = new Random(seed);
  try {
    await killAmid({ setting, backend: 'qemu', random, rounds: ROUNDS, say });
  } finally {
    setting.client.close();
  }
  // The image of the test stays, as those of users do.
  const left = difference(clean, await footprint(lab));
  assert.deepEqual(
    left.filter((line) => !line.startsWith('+ snapshots: ')),
    [],
  );
});
