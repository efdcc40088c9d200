import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refOfWorkload } from '../../resource/cell/container-ref.ts';
import { completeSpec } from '../../resource/workload/complete-spec.ts';
import type { WorkloadRecord, WorkloadStatus } from '../../resource/workload/workload.ts';
import { eventsOfChange } from './workload-events.ts';
import { FIRST_STATUS } from './workload-status.ts';

const RECORD: WorkloadRecord = {
  ref: refOfWorkload('web'),
  role: 'root',
  uid: 'u1',
  generation: 1,
  revision: 1,
  run: 1,
  desired: 'running',
  createdAt: 0,
  spec: completeSpec({ name: 'web', image: 'nginx' }),
};
const RUNNING: WorkloadStatus = { ...FIRST_STATUS, phase: 'running', reason: 'Running', pid: 7 };

test('an exit is an event with its facts, before the event of its consequence', () => {
  const after: WorkloadStatus = {
    ...RUNNING,
    phase: 'failed',
    reason: 'BackOff',
    message: 'ended with exit code 3; will be restarted',
    restartCount: 1,
    finishedAt: 5,
    exitCode: 3,
  };
  const [exit, backOff, ...more] = eventsOfChange(RECORD, RUNNING, after);
  assert.deepEqual(more, []);
  assert.deepEqual([exit?.reason, exit?.exitCode, exit?.severity], ['Exited', 3, 'warning']);
  assert.deepEqual([backOff?.reason, backOff?.severity], ['BackOff', 'warning']);
});

test('a stop that was asked for is no warning', () => {
  const after: WorkloadStatus = {
    ...FIRST_STATUS,
    phase: 'stopped',
    reason: 'Stopped',
    finishedAt: 5,
    exitCode: 143,
    exitSignal: 15,
  };
  const told = eventsOfChange({ ...RECORD, desired: 'stopped' }, RUNNING, after);
  assert.deepEqual(
    told.map(({ reason, severity }) => [reason, severity]),
    [
      ['Exited', 'normal'],
      ['Stopped', 'normal'],
    ],
  );
});

test('a status without a change adds no event', () => {
  assert.deepEqual(eventsOfChange(RECORD, RUNNING, { ...RUNNING, observedGeneration: 4 }), []);
});

test('a process that replaced another one is an event', () => {
  const [event] = eventsOfChange(RECORD, RUNNING, { ...RUNNING, pid: 8 });
  assert.equal(event?.reason, 'Running');
});

test('the event of a machine that died names the cause, not the exit code', () => {
  const after: WorkloadStatus = {
    ...RUNNING,
    phase: 'failed',
    reason: 'BackOff',
    message: 'its virtual machine monitor died; will be restarted',
    endCause: 'fault',
    finishedAt: 5,
    exitCode: 255,
  };
  const [exit] = eventsOfChange(RECORD, RUNNING, after);
  assert.equal(exit?.message, 'its virtual machine monitor died');
  assert.equal(exit.exitCode, 255);
});
