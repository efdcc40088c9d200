import { defineErrors } from '@capsule/core';

export const servedDiskError = defineErrors('SERVED_DISK', {
  CUT: { kind: 'unavailable', message: () => 'the machine has left its disk' },
  FOREIGN: {
    kind: 'invalid',
    message: (f: { expected: string }) => `the machine does not send ${f.expected}`,
    hint: 'only QEMU is expected there',
  },
  FILE_FAILED: {
    kind: 'internal',
    message: (f: { count: number }) => `${f.count} requests failed on the file of the disk`,
    hint: 'the cause says why; is the host’s own disk full?',
  },
});
