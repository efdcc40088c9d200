import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  completeSpec,
  FIRST_STATUS,
  refOfWorkload,
  type WorkloadRecord,
  type WorkloadStatus,
} from '@capsule/core';
import { Feed } from '@capsule/engine';
import { logEnd } from './log-end.ts';

const RUNNING: WorkloadStatus = {
  ...FIRST_STATUS,
  phase: 'running',
  reason: 'Running',
  observedRun: 1,
};
const COMPLETED: WorkloadStatus = { ...RUNNING, phase: 'stopped', reason: 'Completed' };

function bench(policy: 'never' | 'always') {
  const feed = new Feed({ afterCommit: (work) => work() });
  const record: WorkloadRecord = {
    ref: refOfWorkload('web'),
    role: 'root',
    uid: 'u1',
    generation: 1,
    desired: 'running',
    createdAt: 0,
    revision: 1,
    run: 1,
    spec: completeSpec({ name: 'job', image: 'x', restartPolicy: policy }),
  };
  const now: { record: WorkloadRecord | undefined; status: WorkloadStatus } = {
    record,
    status: RUNNING,
  };
  const parts = {
    feed,
    controller: { describe: (of: WorkloadRecord) => ({ ...of, status: now.status }) },
  };
  const leave = new AbortController();
  const end = logEnd(() => now.record, parts, leave.signal);
  const change = async (changed: Partial<typeof now>) => {
    Object.assign(now, changed);
    feed.notify('job');
    await new Promise((resolve) => setImmediate(resolve));
    return end.aborted;
  };
  return { record, change, end, leave };
}

test('the log of a finished job ends, and that of a restarted one does not', async () => {
  const { record, change } = bench('never');
  assert.equal(await change({}), false);
  assert.equal(await change({ record: { ...record, run: 2 }, status: COMPLETED }), false);
  assert.equal(await change({ status: { ...COMPLETED, observedRun: 2 } }), true);
});

test('a restart by policy does not end the log', async () => {
  const { change } = bench('always');
  assert.equal(await change({ status: COMPLETED }), false);
  assert.equal(await change({ status: RUNNING }), false);
});

test('a stop ends the log when nothing runs any more', async () => {
  const { record, change } = bench('always');
  assert.equal(await change({ record: { ...record, desired: 'stopped' } }), false);
  assert.equal(await change({ status: { ...RUNNING, phase: 'stopped', reason: 'Stopped' } }), true);
});

test('a deletion, or another workload of the name, ends the log', async () => {
  for (const gone of [undefined, 'u2']) {
    const { record, change } = bench('always');
    const next = gone === undefined ? undefined : { ...record, uid: gone };
    assert.equal(await change({ record: next }), true);
  }
});

test('a workload that is being deleted may print until it is gone', async () => {
  const { record, change } = bench('always');
  const status = { ...RUNNING, phase: 'stopped', reason: 'Deleting' } as const;
  assert.equal(await change({ record: { ...record, desired: 'deleting' }, status }), false);
  assert.equal(await change({ record: undefined }), true);
});

test('a replaced workload may print until its container is gone', async () => {
  const { record, change } = bench('always');
  const next: WorkloadRecord = { ...record, uid: 'u2', run: 2 };
  assert.equal(await change({ record: { ...record, desired: 'deleting' } }), false);
  assert.equal(await change({ record: next, status: FIRST_STATUS }), false);
  const old = { ...RUNNING, observedRun: 0 };
  assert.equal(await change({ status: old }), false);
  assert.equal(await change({ record: { ...next, desired: 'deleting' } }), false);
  assert.equal(await change({ record: next }), false);
  const replacing = { ...FIRST_STATUS, reason: 'Replacing' } as const;
  assert.equal(await change({ status: replacing }), true);
});

test('a stopped successor of the same name ends the log once the old container has stopped', async () => {
  const { record, change } = bench('always');
  const next: WorkloadRecord = { ...record, uid: 'u2', run: 2, desired: 'stopped' };
  const old = { ...RUNNING, observedRun: 0 };
  assert.equal(await change({ record: next, status: old }), false);
  const stopped = { ...FIRST_STATUS, phase: 'stopped', reason: 'Stopped' } as const;
  assert.equal(await change({ status: stopped }), true);
});

test('a reader who leaves and an unreadable store end the log for different reasons', async () => {
  const { change, end, leave } = bench('always');
  leave.abort();
  assert.equal(await change({ status: COMPLETED }), false);
  assert.equal(end.aborted, false);
});
