import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import {
  continueProcess,
  endProcess,
  isProcessAlive,
  markProcess,
  suspendProcess,
} from './process-mark.ts';

test('a process stops, continues and ends, also after repeated calls', async () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const mark = (await markProcess(child.pid ?? 0)) ?? assert.fail('it is not there');
  for (let time = 0; time < 2; time += 1) await suspendProcess(mark);
  assert.ok(await isProcessAlive(mark));
  for (let time = 0; time < 2; time += 1) await continueProcess(mark);
  await suspendProcess(mark);
  for (let time = 0; time < 2; time += 1) await endProcess(mark);
  assert.deepEqual(await ended, [null, 'SIGKILL']);
  await suspendProcess(mark);
  await continueProcess(mark);
});

test('another process with the same pid gets no signal', async () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  const mark = (await markProcess(child.pid ?? 0)) ?? assert.fail('it is not there');
  const earlier = { ...mark, startTime: '1' };
  await suspendProcess(earlier);
  await endProcess(earlier);
  assert.ok(await isProcessAlive(mark));
  await endProcess(mark);
});

test('a process that does not stop is not reported as stopped', async () => {
  // The limit is over before the kernel can have stopped the process.
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  const mark = (await markProcess(child.pid ?? 0)) ?? assert.fail('it is not there');
  await assert.rejects(suspendProcess(mark, -1), { code: 'MICROVM_PROCESS_NOT_STOPPED' });
  await endProcess(mark);
});

test('a process that does not end is not reported as ended', async () => {
  // The limit is over before the kernel can have removed the process.
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const mark = (await markProcess(child.pid ?? 0)) ?? assert.fail('it is not there');
  await assert.rejects(endProcess(mark, -1), { code: 'MICROVM_PROCESS_LEFT' });
  await ended;
  await endProcess(mark, -1);
});
