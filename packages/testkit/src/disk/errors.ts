import { defineErrors } from '@capsule/core';

export const servedDiskError = defineErrors('SERVED_DISK', {
  CUT: { kind: 'unavailable', message: () => 'the machine has left its disk' },
  FOREIGN: {
    kind: 'invalid',
    message: (f: { expected: string }) => `the machine does not send ${f.expected}`,
    hint: 'only QEMU is expected there',
  },
  FAILED: {
    kind: 'internal',
    message: (f: { count: number }) => `the disk of the machine failed ${f.count} times`,
    hint: 'the cause is the first failure; check whether the disk of the host is full',
  },
});
