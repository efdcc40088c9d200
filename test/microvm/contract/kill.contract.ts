import { test } from 'node:test';
import { chooseSeed, Random } from '../../lab/random.ts';
import { killAmid } from '../kill.ts';
import type { Backend, VmSetting } from '../vm-setting.ts';

const ROUNDS = 4;
const LIMIT_MS = 120_000;

/** A kill of capsuled at any moment leaves no incomplete microVM. */
export function killVmContract(backend: Backend, slowness: number, open: () => VmSetting): void {
  test(`a kill of capsuled at any moment leaves no incomplete microVM: ${backend}`, {
    timeout: LIMIT_MS * slowness,
  }, async (t) => {
    const seed = chooseSeed();
    t.diagnostic(`CAPSULE_TEST_SEED=${seed}`);
    const say = (line: string) => t.diagnostic(line);
    const random = new Random(seed);
    await killAmid({ setting: open(), backend, random, rounds: ROUNDS, say });
  });
}
