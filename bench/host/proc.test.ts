import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryOf, processorSecondsOf } from './proc.ts';

test('the memory of a process matches the value that the process reads itself', async () => {
  const { resident, anonymous } = await memoryOf(process.pid);
  const own = process.memoryUsage.rss() / 1e6;
  assert.ok(Math.abs(resident - own) < own / 5, `${resident} ${own}`);
  assert.ok(anonymous > 0 && anonymous < resident);
});

test('the CPU time of a process matches the value that the process reads itself', async () => {
  const own = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  const before = own();
  const seconds = await processorSecondsOf(process.pid);
  // Allows two ticks for rounding. Children of this process also count.
  assert.ok(seconds > before - 0.02, `${seconds} ${before}`);
});
