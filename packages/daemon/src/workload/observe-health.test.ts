import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cellFromWorkload,
  completeSpec,
  FIRST_STATUS,
  type HealthCheck,
  type ProbeResult,
  refOfWorkload,
  type WorkloadRecord,
  type WorkloadStatus,
} from '@capsule/core';
import { createLog } from '@capsule/engine';
import { fakeError } from '@capsule/testkit';
import { HealthMonitor } from './observe-health.ts';

const CHECK: HealthCheck = {
  probe: { kind: 'tcp', port: 80 },
  intervalSeconds: 60,
  timeoutSeconds: 60,
  retries: 1,
  startPeriodSeconds: 0,
  onFailure: 'restart',
};
const RECORD: WorkloadRecord = {
  ref: refOfWorkload('web'),
  role: 'root',
  uid: 'u',
  generation: 1,
  revision: 1,
  run: 1,
  createdAt: 0,
  desired: 'running',
  spec: completeSpec({ name: 'web', image: 'nginx', healthCheck: CHECK }),
};
const QUICK: WorkloadRecord = {
  ...RECORD,
  spec: { ...RECORD.spec, healthCheck: { ...CHECK, intervalSeconds: 0.001 } },
};
const RUNNING: WorkloadStatus = {
  ...FIRST_STATUS,
  phase: 'running',
  reason: 'Ready',
  pid: 7,
  health: 'healthy',
};

test('a paused workload is not probed, and is probed again when it resumes', async () => {
  let status = RUNNING;
  const asked: AbortSignal[] = [];
  const probed: string[] = [];
  await using monitor = new HealthMonitor({
    cells: { get: () => cellFromWorkload(RECORD) },
    observer: {
      statusOf: () => status,
      recordProbe: (_name, _pid, { health }) => void probed.push(health),
    },
    probe: (_record, signal) => {
      asked.push(signal);
      return new Promise<ProbeResult>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    },
    onChange: () => undefined,
    log: createLog(() => undefined),
    monotonicMs: () => performance.now(),
  });
  const untilAsked = async (times: number) => {
    while (asked.length < times) await new Promise((resolve) => setImmediate(resolve));
  };
  monitor.follow(RECORD.ref.cell);
  await untilAsked(1);
  status = { ...RUNNING, reason: 'Paused' };
  monitor.follow(RECORD.ref.cell);
  assert.deepEqual([asked.length, asked[0]?.aborted], [1, true]);
  status = RUNNING;
  monitor.follow(RECORD.ref.cell);
  await untilAsked(2);
  assert.deepEqual(probed, []);
});

test('a missing runtime makes no program unhealthy, and a failed probe does', async () => {
  const away = fakeError('RUNTIME_UNAVAILABLE', 'unavailable', 'containerd does not answer');
  const probed: string[] = [];
  const told = Promise.withResolvers<void>();
  const answers = [away, away, away, new Error('refused')];
  const asked: unknown[] = [];
  await using monitor = new HealthMonitor({
    cells: { get: () => cellFromWorkload(QUICK) },
    observer: {
      statusOf: () => RUNNING,
      recordProbe: (_name, _pid, { health, detail }) => void probed.push(health, detail),
    },
    probe: () => {
      asked.push(answers[asked.length]);
      return Promise.reject(asked.at(-1));
    },
    onChange: () => told.resolve(),
    log: createLog(() => undefined),
    monotonicMs: () => performance.now(),
  });
  monitor.follow(QUICK.ref.cell);
  await told.promise;
  assert.deepEqual(asked, answers);
  assert.deepEqual(probed, ['unhealthy', 'refused']);
});
