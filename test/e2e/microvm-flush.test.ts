import { test } from 'node:test';
import { startLab } from '@capsule/testkit';
import { chooseSeed, Random } from '../lab/random.ts';
import { FLUSH_WAYS, flush } from '../microvm/flush.ts';
import { vmSettingOf } from '../microvm/lab-setting.ts';

test('data that a microVM wrote before its stop is in its volume, whatever happens during the stop', {
  timeout: 300_000,
}, async (t) => {
  const seed = chooseSeed();
  t.diagnostic(`CAPSULE_TEST_SEED=${seed}`);
  await using lab = await startLab({ images: [] });
  const setting = vmSettingOf(lab);
  const say = (line: string) => t.diagnostic(line);
  const rounds = FLUSH_WAYS.length;
  try {
    await flush({ setting, backend: 'qemu', random: new Random(seed), rounds, say });
  } finally {
    setting.client.close();
  }
});
