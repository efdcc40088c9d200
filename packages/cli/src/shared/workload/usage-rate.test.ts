import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sortUsage, type UsageSample, usageRows } from './usage-rate.ts';

const sample = (at: number, used: Readonly<Record<string, number>>): UsageSample => ({
  at,
  workloads: Object.entries(used).map(([name, cpuMicros]) => ({
    name,
    usage: { cpuMicros },
    limits: {},
  })),
});

const percents = (before: UsageSample, now: UsageSample) =>
  usageRows(before, now).map(({ name, cpuPercent }) => [name, cpuPercent]);

test('half a processor for a second is 50 percent', () => {
  assert.deepEqual(percents(sample(0, { web: 0 }), sample(1000, { web: 500_000 })), [['web', 50]]);
});

test('a new workload has unknown rates, and a deleted one is left out', () => {
  assert.deepEqual(percents(sample(0, { old: 5 }), sample(1000, { web: 500_000 })), [
    ['web', undefined],
  ]);
});

test('a container that was started again counts from 0', () => {
  const rows = percents(sample(0, { web: 9_000_000 }), sample(1000, { web: 100_000 }));
  assert.deepEqual(rows, [['web', 10]]);
});

test('two samples of one moment, or a clock that was set back, give no rate', () => {
  for (const at of [1000, 500]) {
    const rows = percents(sample(1000, { web: 0 }), sample(at, { web: 500_000 }));
    assert.deepEqual(rows, [['web', undefined]]);
  }
});

test('the busiest comes first, and names decide among equals', () => {
  const rows = usageRows(sample(0, { a: 0, b: 0, c: 0 }), sample(1000, { a: 1, b: 900, c: 1 }));
  assert.deepEqual(
    sortUsage(rows, 'cpu').map(({ name }) => name),
    ['b', 'a', 'c'],
  );
});
