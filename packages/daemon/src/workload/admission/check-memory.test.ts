import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completeSpec, MICRO_VM_DEFAULTS } from '@capsule/core';
import { checkMemory } from './check-memory.ts';

test('a microVM with less memory than its kernel boots with is refused', () => {
  const vm = (memoryMib: number, change = {}) =>
    completeSpec({
      name: 'vm',
      kind: 'microVm',
      image: 'nginx',
      microVm: { ...MICRO_VM_DEFAULTS, memoryMib, ...change },
    });
  assert.throws(() => checkMemory(vm(95), 96), { code: 'WORKLOAD_MEMORY_TOO_SMALL' });
  checkMemory(vm(96), 96);
  checkMemory(vm(64, { kernelPath: '/k', rootfsPath: '/r' }), 96);
  checkMemory(completeSpec({ name: 'web', image: 'nginx' }), 96);
});
