import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { usageFromProto, usageToProto } from './usage.ts';

const counter = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const limit = fc.integer({ min: 1, max: 2 ** 31 });

const usage = fc.record(
  {
    cpuMicros: counter,
    memoryBytes: counter,
    pids: counter,
    networkReceivedBytes: counter,
    networkSentBytes: counter,
    blockReadBytes: counter,
    blockWrittenBytes: counter,
  },
  { requiredKeys: [] },
);
const limits = fc.record(
  { memoryBytes: limit, cpuMillis: limit, pids: limit },
  { requiredKeys: [] },
);

test('usage and limits of a workload survive the wire unchanged', () => {
  fc.assert(
    fc.property(fc.record({ name: fc.constant('web'), usage, limits }), (sent) => {
      assert.deepEqual(usageFromProto(usageToProto(sent)), {
        name: sent.name,
        usage: { ...sent.usage },
        limits: { ...sent.limits },
      });
    }),
  );
});
