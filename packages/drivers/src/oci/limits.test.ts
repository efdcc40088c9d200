import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeChangedLimits, describeLimits, type LimitChange } from './limits.ts';

test('a memory limit covers memory and swap together, where swap can be limited', () => {
  assert.deepEqual(describeLimits({ memoryBytes: 64 }, true), { memory: { limit: 64, swap: 64 } });
  assert.deepEqual(describeLimits({ memoryBytes: 64 }, false), { memory: { limit: 64 } });
  assert.deepEqual(describeLimits({ pids: 5 }, true), { pids: { limit: 5 } });
});

function changed(given: Partial<LimitChange>) {
  const change = { before: {}, after: {}, hasSwap: true, isUnified: false };
  return describeChangedLimits({ ...change, ...given });
}

test('removing a limit removes it from swap too', () => {
  assert.deepEqual(changed({}).memory, { limit: -1, swap: -1 });
  assert.deepEqual(changed({ hasSwap: false }).memory, { limit: -1 });
  assert.deepEqual(changed({ after: { memoryBytes: 9 } }).memory, { limit: 9, swap: 9 });
});

test('quota and shares of the processor are independent', () => {
  assert.deepEqual(describeLimits({ cpuShares: 512 }, true), { cpu: { shares: 512 } });
  const both = { cpuMillis: 500, cpuShares: 512 };
  assert.deepEqual(describeLimits(both, true).cpu, { quota: 50_000, period: 100_000, shares: 512 });
  const { cpu } = changed({ before: both, after: { cpuShares: 512 } });
  assert.deepEqual(cpu, { quota: -1, period: 100_000, shares: 512 });
});

test('removed shares become the usual ones, and shares that never were set stay as they are', () => {
  const before = { cpuShares: 512 };
  assert.deepEqual(changed({ before }).cpu, { quota: -1, period: 100_000, shares: 1024 });
  const unified = changed({ before, isUnified: true });
  assert.deepEqual(unified.cpu, { quota: -1, period: 100_000 });
  assert.deepEqual(unified.unified, { 'cpu.weight': '100' });
  assert.deepEqual(changed({}).cpu, { quota: -1, period: 100_000 });
  assert.equal(changed({ isUnified: true }).unified, undefined);
});
