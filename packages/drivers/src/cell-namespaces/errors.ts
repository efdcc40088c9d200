import { defineErrors, formatSize } from '@capsule/core';

export const namespaceError = defineErrors('NAMESPACE', {
  LEFT_BEHIND: {
    kind: 'internal',
    message: (f: { key: string; left: string }) =>
      `the namespaces of cell ${f.key} could not be removed: ${f.left} still exists`,
  },
  SHM_NOT_RESIZED: {
    kind: 'precondition',
    message: (f: { bytes: number }) => `/dev/shm of the cell cannot have ${formatSize(f.bytes)}`,
    why: 'the files in it need more space than that',
    hint: 'set a larger `shmSize`, or remove files from /dev/shm; capsuled tries again',
  },
});
