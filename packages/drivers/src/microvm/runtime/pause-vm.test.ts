import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { markProcess } from '../process/process-mark.ts';
import { pauseVm } from './pause-vm.ts';
import type { VmWork } from './vm-work.ts';

const FULL = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });

test('a machine whose pause cannot be recorded runs on, and its agent is still watched', async (t) => {
  const child = spawn('sleep', ['600']);
  t.after(() => child.kill('SIGKILL'));
  await once(child, 'spawn');
  const mark = await markProcess(child.pid ?? 0);
  const run = { id: 'vm', isStarted: true, processes: [{ ...mark, role: 'machine' }] };
  const pulse = { isHeld: false };
  let isFull = true;
  const work = {
    context: {
      records: {
        watched: async () => ({ id: 'vm' }),
        run: async () => run,
        putRun: async () => {
          if (isFull) throw FULL;
        },
      },
    },
    running: {
      withLock: (_id: string, pause: () => Promise<void>) => pause(),
      watch: () => ({ pulse }),
      emit: () => undefined,
    },
  } as unknown as VmWork;
  await assert.rejects(pauseVm(work, 'vm'), FULL);
  assert.equal(pulse.isHeld, false);
  isFull = false;
  await pauseVm(work, 'vm');
  assert.equal(pulse.isHeld, true);
});

test('a machine that does not stop is not recorded as paused', async (t) => {
  const child = spawn('sleep', ['600']);
  t.after(() => child.kill('SIGKILL'));
  await once(child, 'spawn');
  const mark = await markProcess(child.pid ?? 0);
  const pulse = { isHeld: false };
  let run: object = { id: 'vm', isStarted: true, processes: [{ ...mark, role: 'machine' }] };
  const before = run;
  const records = {
    watched: async () => ({ id: 'vm' }),
    run: async () => run,
    putRun: async (next: object) => {
      run = next;
    },
  };
  const work = {
    context: { records },
    running: {
      withLock: (_id: string, pause: () => Promise<void>) => pause(),
      watch: () => ({ pulse }),
    },
  } as unknown as VmWork;
  const held = new Error('the kernel holds it');
  await assert.rejects(
    pauseVm(work, 'vm', () => Promise.reject(held)),
    held,
  );
  assert.deepEqual([run, pulse.isHeld], [before, false]);
});
