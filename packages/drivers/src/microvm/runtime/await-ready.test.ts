import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { refOfWorkload } from '@capsule/core';
import type { ReadySocket } from '../guest/ready-socket.ts';
import { markProcess } from '../process/process-mark.ts';
import type { MadeVm } from '../record/made-vm.ts';
import type { VmRun } from '../record/vm-run.ts';
import { awaitReady } from './await-ready.ts';
import { consoleLog } from './start-writers.ts';

/** Starts a process in the place of a booting machine. */
async function boot(t: TestContext, script: string) {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-boot-'));
  const logPath = join(folder, 'log');
  const child: ChildProcess = spawn('/bin/sh', ['-c', script], { stdio: 'ignore' });
  await once(child, 'spawn');
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    await rm(folder, { recursive: true });
  });
  const mark = await markProcess(child.pid ?? 0);
  const machine = { role: 'machine', ...mark };
  const run = { processes: [machine], consoleBegin: 0 } as unknown as VmRun;
  const vm = { spec: { ref: refOfWorkload('vm'), logPath } } as unknown as MadeVm;
  const { promise: listening, resolve: listen } = Promise.withResolvers<void>();
  const ready = { listening } as unknown as ReadySocket;
  const parts = { run, boot: 1, ends: new Map() };
  const wait = (
    limits: { hungMs?: number; bootMs?: number; lookMs?: number },
    signal?: AbortSignal,
  ) => awaitReady(ready, vm, { ...parts, ...limits }, signal);
  const say = (text = 'Linux version') => writeFile(consoleLog(logPath), text);
  return { child, listen, wait, say };
}

const NEVER = 3_600_000;

test('a machine that works without printing anything is hung', async (t) => {
  const { wait } = await boot(t, 'while :; do :; done');
  await assert.rejects(wait({ hungMs: 50, bootMs: NEVER, lookMs: 5 }), {
    code: 'MICROVM_BOOT_HUNG',
  });
});

test('a machine that gets no processor time is not hung until many times as long has passed', async (t) => {
  const { wait } = await boot(t, 'exec sleep 600');
  const begunAt = performance.now();
  await assert.rejects(wait({ hungMs: 100, bootMs: NEVER, lookMs: 5 }), {
    code: 'MICROVM_BOOT_HUNG',
  });
  assert.ok(performance.now() - begunAt > 350);
});

test('a machine that has printed something is waited for until it has worked for longer than a boot takes', async (t) => {
  const { wait, say } = await boot(t, 'while :; do :; done');
  await say();
  const bounded = wait({ hungMs: 20, bootMs: 200, lookMs: 5 });
  await assert.rejects(bounded, { code: 'MICROVM_NOT_BOOTED' });
});

test('the wait ends when the agent listens, and when the machine is gone', async (t) => {
  const [well, ended] = [await boot(t, 'exec sleep 600'), await boot(t, 'exec sleep 600')];
  const listening = well.wait({ hungMs: NEVER, bootMs: NEVER });
  well.listen();
  await listening;
  const waiting = ended.wait({ hungMs: NEVER, bootMs: NEVER, lookMs: 5 });
  await ended.say('2026-11-28T15:08:07.354005407Z stdout F out of \x1b[31mmemory\n');
  ended.child.kill('SIGKILL');
  await assert.rejects(waiting, {
    code: 'MICROVM_NOT_BOOTED',
    message: /monitor died; its console ends with: out of \?\[31mmemory$/,
  });
});
