import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ReportedWorkload, workloadToProto } from '@capsule/api/wire';
import { startFakeCapsule } from '../../testing/fake-capsule.ts';
import { type RunOptions, runCapsulectl } from '../../testing/run-capsulectl.ts';
import { sampleWorkload } from '../../testing/sample-workload.ts';

const NAME = 'job';

/** Starts a workload that comes to this state. */
async function start(status: Partial<ReportedWorkload['status']>, options: RunOptions = {}) {
  const wire = workloadToProto(sampleWorkload({ spec: { name: NAME }, status }));
  await using capsule = await startFakeCapsule({
    workload: {
      start: () => ({ workload: wire, changed: true }),
      async *watch() {
        yield { workload: wire };
      },
    },
  });
  return await runCapsulectl(['workload', 'start', NAME], { ...options, target: capsule.target });
}

test('a started workload is reported with its state, and one whose program is done as done', async () => {
  assert.equal((await start({})).stdout, 'job started: Running\n');
  const done = await start({ phase: 'stopped', reason: 'Completed', exitCode: 0 });
  assert.deepEqual(done, { exitCode: 0, stdout: 'job started and finished\n', stderr: '' });
});

test('the line of a start is broken at words of a terminal, and whole in a pipe', async () => {
  const narrow = await start({}, { isTerminal: true, columns: 16 });
  assert.equal(narrow.stdout, 'job started:\n  Running\n');
  assert.equal((await start({}, { columns: 16 })).stdout, 'job started: Running\n');
});
