import assert from 'node:assert/strict';
import { availableParallelism, loadavg } from 'node:os';
import { test } from 'node:test';
import { chooseSeed } from '../lab/random.ts';
import { describeProgress, soak } from '../soak/soak.ts';

/** The promise assumes a machine with a free core. */
const BACK_WITHIN_MS = 2_000;

test('random operations during kills of capsuled, containerd and shims end as the model predicts', {
  timeout: 600_000,
}, async (t) => {
  const seed = chooseSeed();
  t.diagnostic(`CAPSULE_TEST_SEED=${seed}`);
  const budget = { capsuled: 12, containerd: 2, shim: 2, both: 1 };
  const say = (line: string) => t.diagnostic(line);
  const report = await soak({ seed, budget, deadlineMs: 20_000, say });
  t.diagnostic(describeProgress(report));
  assert.ok(report.operations > 0 && report.killed.capsuled > 0);
  const bound = 2 * BACK_WITHIN_MS * Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());
  assert.ok(Math.max(0, ...report.back) <= bound, `back after ${report.back} ms`);
});
