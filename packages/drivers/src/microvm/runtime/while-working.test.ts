import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { markProcess } from '../process/process-mark.ts';
import type { VmRun } from '../record/vm-run.ts';
import { whileWorking } from './while-working.ts';

async function runOf(t: TestContext, script: string) {
  const child = spawn('/bin/sh', ['-c', script], { stdio: 'ignore' });
  await once(child, 'spawn');
  const mark = await markProcess(child.pid ?? 0);
  assert.ok(mark);
  const run = { processes: [{ role: 'machine', ...mark }] } as unknown as VmRun;
  t.after(async () => {
    child.kill('SIGKILL');
    await once(child, 'close');
  });
  return run;
}

const LIMITS = { container: 'vm', stalledMs: 200, lookMs: 20 };

test('the wait for a machine that does nothing is aborted', async (t) => {
  const run = await runOf(t, 'exec sleep 60');
  const never = (limit: AbortSignal) =>
    new Promise((_, reject) => {
      limit.addEventListener('abort', () => reject(limit.reason));
    });
  await assert.rejects(whileWorking({ run, ...LIMITS }, never), { code: 'MICROVM_STALLED' });
});

test('a machine that works is waited for without a limit', async (t) => {
  const run = await runOf(t, 'while :; do :; done');
  let aborted = false;
  const longer = (limit: AbortSignal) =>
    new Promise<string>((resolve) => {
      limit.addEventListener('abort', () => {
        aborted = true;
      });
      setTimeout(() => resolve('done'), 1_500);
    });
  assert.equal(
    await whileWorking({ run, container: 'vm', stalledMs: 1_000, lookMs: 50 }, longer),
    'done',
  );
  assert.equal(aborted, false);
});

test("the caller's abort ends the wait", async (t) => {
  const run = await runOf(t, 'exec sleep 60');
  const asked = new AbortController();
  const never = (limit: AbortSignal) =>
    new Promise((_, reject) => {
      limit.addEventListener('abort', () => reject(limit.reason));
    });
  const waiting = whileWorking({ run, ...LIMITS, stalledMs: 60_000, signal: asked.signal }, never);
  asked.abort(new Error('asked to stop'));
  await assert.rejects(waiting, /asked to stop/);
});

test('a machine that cannot be looked at fails nothing', async () => {
  const unreadable = { role: 'machine', pid: 'cpuinfo', startTime: '1' };
  const run = { processes: [unreadable] } as unknown as VmRun;
  const work = () =>
    new Promise<string>((resolve) => setTimeout(() => resolve('done'), LIMITS.lookMs * 3));
  assert.equal(await whileWorking({ run, ...LIMITS }, work), 'done');
});
