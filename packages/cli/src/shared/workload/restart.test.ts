import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ReportedWorkload, workloadToProto } from '@capsule/api/wire';
import { startFakeCapsule } from '../../testing/fake-capsule.ts';
import { runCapsulectl } from '../../testing/run-capsulectl.ts';
import { sampleWorkload } from '../../testing/sample-workload.ts';

/** A restart that waits for the grace of the old run, while another command changes what is desired. */
const overtaken = (desired: ReportedWorkload['desired']) => ({
  workload: {
    restart: () => ({ workload: workloadToProto(sampleWorkload({ run: 2 })) }),
    async *watch() {
      yield { workload: workloadToProto(sampleWorkload({ run: 2, desired })) };
    },
  },
});

test('a restart that a stop overtakes is reported as stopped by another command', async () => {
  await using capsule = await startFakeCapsule(overtaken('stopped'));
  const result = await runCapsulectl(['workload', 'restart', 'web'], capsule);
  assert.equal(result.exitCode, 4);
  assert.equal(result.stdout, '');
  assert.match(result.stderr, /^error: another command stopped web\n/);
  assert.doesNotMatch(result.stderr, /keeps trying/);
});

test('a restart that a deletion overtakes is reported as deleted', async () => {
  await using capsule = await startFakeCapsule(overtaken('deleting'));
  const result = await runCapsulectl(['workload', 'restart', 'web'], capsule);
  assert.equal(result.exitCode, 4);
  assert.match(result.stderr, /^error: another client deleted web\n/);
});
