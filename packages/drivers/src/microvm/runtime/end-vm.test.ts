import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { markProcess } from '../process/process-mark.ts';
import type { VmRecords } from '../record/vm-records.ts';
import type { VmRun } from '../record/vm-run.ts';
import { endVm, lostEnd } from './end-vm.ts';

const FULL = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });

test('a machine is ended although its end cannot be recorded, and the failure is reported', async (t) => {
  const run = await startRun(t);
  const records = { putRun: () => Promise.reject(FULL) } as unknown as VmRecords;
  await assert.rejects(endVm(records, run, lostEnd()), FULL);
  assert.equal(await markProcess(run.processes[0]?.pid ?? 0), undefined);
});

test('the end of a machine is recorded while it still runs', async (t) => {
  const run = await startRun(t);
  const marks: unknown[] = [];
  const putRun = async ({ processes: [machine] }: VmRun) => {
    marks.push(await markProcess(machine?.pid ?? 0));
  };
  await endVm({ putRun } as unknown as VmRecords, run, lostEnd());
  assert.notEqual(marks[0], undefined);
});

/** Starts a process in place of a machine. */
async function startRun(t: TestContext) {
  const child = spawn('sleep', ['600']);
  t.after(() => child.kill('SIGKILL'));
  await once(child, 'spawn');
  const mark = await markProcess(child.pid ?? 0);
  assert.ok(mark);
  return { id: 'vm', processes: [{ ...mark, role: 'machine' }] } as unknown as VmRun;
}
