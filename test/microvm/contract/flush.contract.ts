import { test } from 'node:test';
import { chooseSeed, Random } from '../../lab/random.ts';
import { FLUSH_WAYS, flush } from '../flush.ts';
import type { Backend, VmSetting } from '../vm-setting.ts';

const LIMIT_MS = 120_000;

/** Every byte that was written before a stop is in the volume, whatever happens during the stop. */
export function flushVmContract(backend: Backend, slowness: number, open: () => VmSetting): void {
  test(`data written before a stop is in the volume: ${backend}`, {
    timeout: LIMIT_MS * slowness,
  }, async (t) => {
    const seed = chooseSeed();
    t.diagnostic(`CAPSULE_TEST_SEED=${seed}`);
    const say = (line: string) => t.diagnostic(line);
    const rounds = FLUSH_WAYS.length;
    await flush({ setting: open(), backend, random: new Random(seed), rounds, say });
  });
}
