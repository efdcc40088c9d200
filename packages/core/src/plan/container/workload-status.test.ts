import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CapsuleError } from '../../error/capsule-error.ts';
import type { ContainerSeen } from '../../port/container-runtime.ts';
import { refOfWorkload } from '../../resource/cell/container-ref.ts';
import { HEALTH_DEFAULTS } from '../../resource/cell/health-check.ts';
import type { PauseReason } from '../../resource/cell/pause.ts';
import { completeSpec, type PartialSpec } from '../../resource/workload/complete-spec.ts';
import {
  isReady,
  type WorkloadRecord,
  type WorkloadStatus,
} from '../../resource/workload/workload.ts';
import { statusWhenOutOfMemory } from './out-of-memory.ts';
import type { StatusClock } from './status-clock.ts';
import { statusWhenProbed, statusWhenSettled } from './status-of-run.ts';
import { eventsOfChange } from './workload-events.ts';
import { isRunOver } from './workload-run.ts';
import {
  FIRST_STATUS,
  statusFromSeen,
  statusWhenFulfilled,
  statusWhenRefused,
  statusWhenStarting,
  statusWhenWaiting,
} from './workload-status.ts';

const CLOCK: StatusClock = {
  now: 10_000,
  backOffMs: (streak: number) => streak * 1_000,
  isOutOfMemory: false,
  pausedBy: [],
  isNewWatch: false,
};
const RECORD: WorkloadRecord = {
  ref: refOfWorkload('web'),
  role: 'root',
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
  ref: refOfWorkload('web'),
  revision: 'u1.2',
  imageDigest: 'sha256:1',
  resources: {},
  task: 'running',
  pid: 7,
};
const ENDED: ContainerSeen = { ...RUNNING, task: 'stopped', exitCode: 3, exitedAt: 9_000 };

const STARTED = statusWhenStarting(RECORD, FIRST_STATUS);
const look = (before: WorkloadStatus, seen: ContainerSeen | undefined, record = RECORD) =>
  statusFromSeen(record, before, seen, CLOCK);

test('a running task of the generation asked for is running', () => {
  const status = look(STARTED, RUNNING);
  assert.equal(status.phase, 'running');
  assert.equal(status.observedGeneration, 2);
  assert.equal(status.pid, 7);
  assert.equal(status.startedAt, 10_000);
});

test('a process settles once, and the next one begins again', () => {
  const started = look(STARTED, RUNNING);
  assert.equal(started.settling, true);
  assert.equal(isReady(started), false);
  assert.equal(statusWhenSettled(started, 8), started);
  const settled = statusWhenSettled(started, 7);
  assert.equal(isReady(settled), true);
  assert.equal(look(settled, RUNNING), settled);
  assert.equal(look(settled, { ...RUNNING, pid: 8 }).settling, true);
  assert.equal(look(started, ENDED).settling, undefined);
});

test('nothing settles that is ready at once, or that a health check speaks for', () => {
  const asking = (change: Partial<PartialSpec>) => ({
    ...RECORD,
    spec: completeSpec({ name: 'web', image: 'nginx', ...change }),
  });
  const quick = look(STARTED, RUNNING, asking({ minReadySeconds: 0 }));
  assert.equal(isReady(quick), true);
  const probe = { kind: 'tcp', port: 80 } as const;
  const checked = asking({ healthCheck: { ...HEALTH_DEFAULTS, probe } });
  assert.equal(look(look(STARTED, RUNNING), RUNNING, checked).settling, undefined);
});

test('a task of an older generation does not count as the spec fulfilled', () => {
  assert.equal(look(STARTED, { ...RUNNING, revision: 'u1.1' }).observedGeneration, 0);
});

test('looking twice changes nothing', () => {
  const status = look(STARTED, RUNNING);
  assert.equal(look(status, RUNNING), status);
});

test('an exit is counted once, however often it is seen', () => {
  const once = look(look(STARTED, RUNNING), ENDED);
  assert.equal(once.restartCount, 1);
  assert.equal(once.exitCode, 3);
  assert.equal(once.phase, 'failed');
  assert.equal(once.nextRetryAt, 11_000);
  assert.equal(look(once, ENDED), once);
});

test('exits in a row wait longer, and a long run resets the back-off', () => {
  const second = look(look(look(look(STARTED, RUNNING), ENDED), RUNNING), {
    ...ENDED,
    exitedAt: 9_500,
  });
  assert.equal(second.nextRetryAt, 12_000);
  const longRun = look({ ...second, startedAt: 0 }, { ...ENDED, exitedAt: 700_000 });
  assert.equal(longRun.restartStreak, 1);
  assert.equal(longRun.restartCount, 3);
});

test('the end of a container that is being replaced is no failure, and not counted', () => {
  const status = look(look(STARTED, RUNNING), ENDED, { ...RECORD, generation: 3, revision: 3 });
  assert.equal(status.phase, 'pending');
  assert.equal(status.reason, 'Replacing');
  assert.equal(status.restartCount, 0);
  assert.equal(status.observedGeneration, 2);
  assert.equal(look(status, ENDED, { ...RECORD, generation: 3, revision: 3 }), status);
  assert.equal(look(status, undefined, { ...RECORD, generation: 3, revision: 3 }), status);
});

test('a new spec does not wait for the next try of the old one', () => {
  const waiting = look(look(STARTED, RUNNING), ENDED);
  for (const seen of [ENDED, undefined, { ...RUNNING, revision: 'u1.3', task: 'none' as const }]) {
    const status = look(waiting, seen, { ...RECORD, generation: 3, revision: 3 });
    assert.equal(status.nextRetryAt, undefined);
    assert.equal(status.restartStreak, 0);
  }
  assert.equal(look(waiting, undefined), waiting);
});

test('why a new spec cannot be fulfilled stays said while the old container is looked at', () => {
  const refused: WorkloadStatus = { ...FIRST_STATUS, phase: 'failed', observedGeneration: 3 };
  assert.equal(look(refused, ENDED, { ...RECORD, generation: 3, revision: 3 }), refused);
});

test('a workload that is being deleted says so, whatever runs', () => {
  assert.equal(look(FIRST_STATUS, RUNNING, { ...RECORD, desired: 'deleting' }).reason, 'Deleting');
});

test('a runtime that does not know changes nothing', () => {
  const status = look(STARTED, RUNNING);
  assert.equal(look(status, { ...RUNNING, task: 'unknown' }), status);
});

test('the error of a failed attempt is cleared when the spec is fulfilled, and the run goes on', () => {
  const status = look(STARTED, RUNNING);
  const failed = { reason: 'RUNTIME_UNAVAILABLE', message: 'away', nextRetryAt: 11_000 } as const;
  const away: WorkloadStatus = { ...status, ...failed };
  assert.equal(look(away, RUNNING), away);
  assert.deepEqual(statusWhenFulfilled(RECORD, away), status);
  assert.equal(statusWhenFulfilled(RECORD, status), status);
});

test('a run whose end was not observed is counted when it is restarted', () => {
  const lost = look(look(STARTED, RUNNING), { ...RUNNING, task: 'none' });
  assert.equal(lost.reason, 'Lost');
  assert.equal(lost.restartCount, 1);
  assert.equal(look(lost, { ...RUNNING, task: 'none' }), lost);
});

const withPolicy = (restartPolicy: WorkloadRecord['spec']['restartPolicy']): WorkloadRecord => ({
  ...RECORD,
  spec: { ...RECORD.spec, restartPolicy },
});

test('a program that ends well is done under on-failure and never, and started again under always', () => {
  const well: ContainerSeen = { ...ENDED, exitCode: 0 };
  for (const policy of ['onFailure', 'never'] as const) {
    const status = look(look(STARTED, RUNNING), well, withPolicy(policy));
    assert.equal(status.reason, 'Completed');
    assert.equal(status.phase, 'stopped');
    assert.equal(status.restartCount, 0);
    assert.equal(status.nextRetryAt, undefined);
    assert.equal(look(status, well, withPolicy(policy)), status);
  }
  for (const policy of ['always', 'unlessStopped'] as const) {
    const status = look(look(STARTED, RUNNING), well, withPolicy(policy));
    assert.equal(status.reason, 'BackOff');
    assert.equal(status.phase, 'pending');
  }
});

test('a program that fails is started again under on-failure, and not under never', () => {
  assert.equal(look(look(STARTED, RUNNING), ENDED, withPolicy('onFailure')).reason, 'BackOff');
  const status = look(look(STARTED, RUNNING), ENDED, withPolicy('never'));
  assert.equal(status.reason, 'Failed');
  assert.equal(status.phase, 'failed');
});

test('a run that was cut off is over under never only', () => {
  const none = { ...RUNNING, task: 'none' as const };
  const status = look(look(STARTED, RUNNING), none, withPolicy('never'));
  assert.equal(status.phase, 'failed');
  assert.equal(status.reason, 'Lost');
  assert.equal(look(look(STARTED, RUNNING), none, withPolicy('onFailure')).phase, 'pending');
});

test('a start that a kill of capsuled interrupted is not a failure', () => {
  const killed = { ...ENDED, exitCode: 137 };
  const clock = { ...CLOCK, isNewWatch: true };
  const status = statusFromSeen(RECORD, STARTED, killed, clock);
  assert.deepEqual([status.reason, status.restartCount], ['Starting', 0]);
  assert.equal(look(status, killed), status, 'also once another start has begun');
  const running = look(STARTED, RUNNING);
  assert.equal(statusFromSeen(RECORD, running, killed, clock).restartCount, 1, 'it ran before');
  assert.equal(look(STARTED, killed).restartCount, 1, 'this watcher began it');
  const once = { ...RECORD, spec: { ...RECORD.spec, restartPolicy: 'never' as const } };
  assert.equal(statusFromSeen(once, STARTED, killed, clock).reason, 'Failed');
});

test('the end of a run that is to be started again is no failure', () => {
  const again: WorkloadRecord = { ...RECORD, run: 2 };
  const status = look(look(STARTED, RUNNING), ENDED, again);
  assert.equal(status.reason, 'Restarting');
  assert.equal(status.restartCount, 0);
  const started = statusWhenStarting(again, status);
  assert.equal(started.observedRun, 2);
  assert.equal(look(started, ENDED, again), started);
  assert.equal(statusWhenStarting(again, started), started);
});

test('a stop records how the program ended, and whether it was killed', () => {
  const stopped: WorkloadRecord = { ...RECORD, desired: 'stopped' };
  const heeded = look(look(STARTED, RUNNING), { ...ENDED, exitCode: 0 }, stopped);
  assert.deepEqual([heeded.phase, heeded.reason, heeded.exitCode], ['stopped', 'Stopped', 0]);
  const killed = look(look(STARTED, RUNNING), { ...ENDED, exitCode: 137 }, stopped);
  assert.deepEqual([killed.phase, killed.reason, killed.exitSignal], ['stopped', 'Killed', 9]);
  assert.equal(look(killed, undefined, stopped), killed);
  // It was not given any time: that is its way to stop.
  const spec = { ...RECORD.spec, stopSignal: 'KILL' };
  const usual = look(look(STARTED, RUNNING), { ...ENDED, exitCode: 137 }, { ...stopped, spec });
  assert.deepEqual([usual.reason, usual.exitSignal], ['Stopped', 9]);
});

test('an exit by a signal and one for lack of memory are distinguished', () => {
  const killed: ContainerSeen = { ...ENDED, exitCode: 137 };
  const plain = look(look(STARTED, RUNNING), killed);
  assert.equal(plain.exitSignal, 9);
  assert.equal(plain.oomKilled, undefined);
  const late = statusWhenOutOfMemory(RECORD, plain, 10_500);
  assert.equal(late.oomKilled, true);
  assert.match(late.message, /memory.*will be restarted/);
  const { endCause: _cause, ...ofEarlierCapsule } = plain;
  assert.equal(statusWhenOutOfMemory(RECORD, ofEarlierCapsule, 10_500).message, late.message);
  const clock = { ...CLOCK, isOutOfMemory: true };
  assert.equal(statusFromSeen(RECORD, look(STARTED, RUNNING), killed, clock).oomKilled, true);
  const spec = { ...RECORD.spec, resources: { memoryBytes: 64 * 1024 ** 2 } };
  const limited = { ...RECORD, spec };
  const ofChild = statusFromSeen(limited, look(STARTED, RUNNING), ENDED, clock);
  assert.equal(ofChild.oomKilled, true);
  assert.match(ofChild.message, /^ended with exit code 3, after the kernel killed.*limit of 64MiB/);
  assert.match(statusWhenOutOfMemory(limited, plain, 10_500).message, /limit of 64MiB/);
  const counted = look(look(STARTED, RUNNING), { ...ENDED, oomKilled: true });
  assert.equal(counted.oomKilled, undefined);
  assert.equal(look(look(STARTED, RUNNING), { ...killed, oomKilled: true }).oomKilled, true);
  assert.equal(statusWhenOutOfMemory(RECORD, plain, 100_000), plain);
  assert.equal(
    statusWhenOutOfMemory(RECORD, { ...plain, finishedAt: 900_000 }, 100).oomKilled,
    undefined,
  );
});

const CHECKED: WorkloadRecord = {
  ...RECORD,
  spec: {
    ...RECORD.spec,
    healthCheck: {
      probe: { kind: 'tcp', port: 80 },
      intervalSeconds: 10,
      timeoutSeconds: 5,
      retries: 3,
      startPeriodSeconds: 0,
      onFailure: 'restart',
    },
  },
};

test('health begins as starting with each process, and belongs to the process that was asked', () => {
  const starting = look(STARTED, RUNNING, CHECKED);
  assert.equal(starting.health, 'starting');
  const healthy = statusWhenProbed(starting, 7, { health: 'healthy', detail: '' });
  assert.equal(healthy.health, 'healthy');
  assert.equal(healthy.reason, 'Ready');
  assert.equal(look(healthy, RUNNING, CHECKED), healthy);
  assert.equal(statusWhenProbed(starting, 8, { health: 'healthy', detail: '' }), starting);
  assert.equal(look(healthy, { ...RUNNING, pid: 9 }, CHECKED).health, 'starting');
  assert.equal(look(healthy, RUNNING, RECORD).health, undefined);
});

test('a failure leaves what to do about it, until it is over', () => {
  const error = new CapsuleError({
    code: 'IMAGE_ABSENT',
    kind: 'notFound',
    message: 'no image',
    hint: 'push it',
  });
  const refused = statusWhenRefused(RECORD, STARTED, error, 20_000);
  assert.deepEqual(refused.hint, { text: 'push it', actions: [] });
  assert.equal(statusWhenRefused(RECORD, refused, new Error('x'), 20_000).hint, undefined);
  assert.equal(look(refused, RUNNING).hint, undefined);
  const inPlace = statusWhenRefused(RECORD, look(STARTED, RUNNING), error, 20_000);
  assert.equal(statusWhenFulfilled(RECORD, inPlace).hint, undefined);
});

test('why a check has not passed yet is in the status, and is no event', () => {
  const starting = look(STARTED, RUNNING, CHECKED);
  const refused = { health: 'starting', detail: 'connection refused' } as const;
  const told = statusWhenProbed(starting, 7, refused);
  assert.match(told.message, /has not passed yet: connection refused$/);
  assert.equal(statusWhenProbed(told, 7, refused), told);
  assert.deepEqual(eventsOfChange(CHECKED, starting, told), []);
  const paused = look(told, { ...RUNNING, task: 'paused' }, CHECKED);
  assert.equal(statusWhenProbed(paused, 7, { ...refused, detail: 'late' }), paused);
});

test('a container that was stopped for its health has failed, whatever it answered', () => {
  const sick = statusWhenProbed(look(STARTED, RUNNING, CHECKED), 7, {
    health: 'unhealthy',
    detail: 'connection refused',
  });
  assert.match(sick.message, /connection refused/);
  const status = look(sick, { ...ENDED, exitCode: 0 }, CHECKED);
  assert.equal(status.phase, 'failed');
  assert.equal(status.restartCount, 1);
  assert.match(status.message, /health/);
});

test('a trouble of one that runs is said while it lasts, and does not touch its run', () => {
  const fine = look(STARTED, RUNNING);
  const quiet = look(fine, { ...RUNNING, trouble: 'no answer' });
  assert.deepEqual(
    [quiet.phase, quiet.reason, quiet.message],
    ['running', 'AgentSilent', 'no answer'],
  );
  assert.equal(look(quiet, { ...RUNNING, trouble: 'no answer' }), quiet);
  assert.deepEqual(look(quiet, RUNNING), fine);
});

test('a paused workload shows the reason, and continues as before', () => {
  const fine = look(STARTED, RUNNING);
  const still = { ...RUNNING, task: 'paused' } as const;
  const seenBy = (before: WorkloadStatus, ...pausedBy: PauseReason[]) =>
    statusFromSeen(RECORD, before, still, { ...CLOCK, pausedBy });
  const full = seenBy(fine, 'poolFull');
  assert.deepEqual([full.phase, full.reason], ['running', 'Paused']);
  assert.match(full.message, /until the pool of its volumes has room/);
  assert.equal(seenBy(full, 'poolFull'), full);
  const both = seenBy(full, 'poolFull', 'operator');
  assert.match(both.message, /by an operator.*until the pool/);
  assert.doesNotMatch(seenBy(both, 'operator').message, /pool/);
  assert.match(seenBy(fine).message, /not by capsuled/);
  assert.deepEqual(look(both, RUNNING), fine);
});

test('a wait for others is said once', () => {
  const waiting = statusWhenWaiting(FIRST_STATUS, ['db', 'cache']);
  assert.equal(waiting.reason, 'WaitingForDependency');
  assert.equal(statusWhenWaiting(waiting, ['db', 'cache']), waiting);
  assert.notEqual(statusWhenWaiting(waiting, ['db']), waiting);
  const { message } = statusWhenWaiting(waiting, ['db', 'ghost'], ['ghost']);
  assert.equal(message, 'waits until db is ready, and waits for ghost, which does not exist');
});

test('after so many restarts in a row as are allowed, a container fails for good', () => {
  const record = { ...RECORD, spec: { ...RECORD.spec, restartMaxRetries: 2 } };
  let status = STARTED;
  const reasons = [1, 2, 3].map((at) => {
    status = look(status, { ...RUNNING, pid: at }, record);
    status = look(status, { ...ENDED, exitedAt: 9_000 + at }, record);
    return status.reason;
  });
  assert.deepEqual(reasons, ['BackOff', 'BackOff', 'Failed']);
  assert.ok(isRunOver(record, status));
  assert.match(status.message, /not restarted after 2 restarts/);
  assert.equal(isRunOver(RECORD, status), false);
});
