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
    message: (f: { count: number }) => `the disk failed its machine, ${f.count} times`,
    hint: 'the cause has the first reason; is the host’s own disk full?',
  },
});
