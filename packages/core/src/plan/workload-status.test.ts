import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerSeen } from '../port/container-runtime.ts';
import { cellOfWorkload } from '../resource/cell-id.ts';
import { completeSpec } from '../resource/complete-spec.ts';
import type { WorkloadRecord, WorkloadStatus } from '../resource/workload.ts';
import { FIRST_STATUS, statusFromSeen, statusWhenFulfilled } from './workload-status.ts';

const CLOCK = { now: 10_000, backOffMs: (streak: number) => streak * 1_000 };
const WISH: WorkloadRecord = {
  uid: 'u1',
  generation: 2,
  desired: 'running',
  createdAt: 0,
  revision: 2,
  run: 1,
  spec: completeSpec({ name: 'web', image: 'nginx' }),
};
const RUNNING: ContainerSeen = {
  id: 'x',
  cell: cellOfWorkload('web'),
  container: 'web',
  revision: 'u1.2',
  imageDigest: 'sha256:1',
  task: 'running',
  pid: 7,
};
const ENDED: ContainerSeen = { ...RUNNING, task: 'stopped', exitCode: 3, exitedAt: 9_000 };

const look = (before: WorkloadStatus, seen: ContainerSeen | undefined, wish = WISH) =>
  statusFromSeen(wish, before, seen, CLOCK);

test('a running task of the wished generation is running', () => {
  const status = look(FIRST_STATUS, RUNNING);
  assert.equal(status.phase, 'running');
  assert.equal(status.observedGeneration, 2);
  assert.equal(status.pid, 7);
  assert.equal(status.startedAt, 10_000);
});

test('a task of an older generation does not count as the wish fulfilled', () => {
  assert.equal(look(FIRST_STATUS, { ...RUNNING, revision: 'u1.1' }).observedGeneration, 0);
});

test('looking twice changes nothing', () => {
  const status = look(FIRST_STATUS, RUNNING);
  assert.equal(look(status, RUNNING), status);
});

test('an exit is counted once, however often it is seen', () => {
  const once = look(look(FIRST_STATUS, RUNNING), ENDED);
  assert.equal(once.restartCount, 1);
  assert.equal(once.exitCode, 3);
  assert.equal(once.phase, 'failed');
  assert.equal(once.nextRetryAt, 11_000);
  assert.equal(look(once, ENDED), once);
});

test('exits in a row wait longer, and a long run begins anew', () => {
  const second = look(look(look(look(FIRST_STATUS, RUNNING), ENDED), RUNNING), {
    ...ENDED,
    exitedAt: 9_500,
  });
  assert.equal(second.nextRetryAt, 12_000);
  const longRun = look({ ...second, startedAt: 0 }, { ...ENDED, exitedAt: 700_000 });
  assert.equal(longRun.restartStreak, 1);
  assert.equal(longRun.restartCount, 3);
});

test('the end of a container that is being replaced is no failure, and not counted', () => {
  const status = look(look(FIRST_STATUS, RUNNING), ENDED, { ...WISH, generation: 3, revision: 3 });
  assert.equal(status.phase, 'pending');
  assert.equal(status.reason, 'Replacing');
  assert.equal(status.restartCount, 0);
  assert.equal(status.observedGeneration, 2);
  assert.equal(look(status, ENDED, { ...WISH, generation: 3, revision: 3 }), status);
  assert.equal(look(status, undefined, { ...WISH, generation: 3, revision: 3 }), status);
});

test('a new wish does not wait for the next try of the old one', () => {
  const waiting = look(look(FIRST_STATUS, RUNNING), ENDED);
  for (const seen of [ENDED, undefined, { ...RUNNING, revision: 'u1.3', task: 'none' as const }]) {
    const status = look(waiting, seen, { ...WISH, generation: 3, revision: 3 });
    assert.equal(status.nextRetryAt, undefined);
    assert.equal(status.restartStreak, 0);
  }
  assert.equal(look(waiting, undefined), waiting);
});

test('why a new wish cannot be fulfilled stays said while the old container is looked at', () => {
  const refused: WorkloadStatus = { ...FIRST_STATUS, phase: 'failed', observedGeneration: 3 };
  assert.equal(look(refused, ENDED, { ...WISH, generation: 3, revision: 3 }), refused);
});

test('a workload that is being deleted says so, whatever runs', () => {
  assert.equal(look(FIRST_STATUS, RUNNING, { ...WISH, desired: 'deleting' }).reason, 'Deleting');
});

test('a runtime that does not know changes nothing', () => {
  const status = look(FIRST_STATUS, RUNNING);
  assert.equal(look(status, { ...RUNNING, task: 'unknown' }), status);
});

test('what was said of a failed try ends with the wish fulfilled, and the run goes on', () => {
  const status = look(FIRST_STATUS, RUNNING);
  const away = { ...status, reason: 'RUNTIME_UNAVAILABLE', message: 'away', nextRetryAt: 11_000 };
  assert.equal(look(away, RUNNING), away);
  assert.deepEqual(statusWhenFulfilled(away), status);
  assert.equal(statusWhenFulfilled(status), status);
  assert.equal(statusWhenFulfilled(FIRST_STATUS), FIRST_STATUS);
});

test('a run whose end nobody saw is counted when it is brought up again', () => {
  const lost = look(look(FIRST_STATUS, RUNNING), { ...RUNNING, task: 'none' });
  assert.equal(lost.reason, 'Lost');
  assert.equal(lost.restartCount, 1);
  assert.equal(look(lost, { ...RUNNING, task: 'none' }), lost);
});
