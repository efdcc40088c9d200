import { defineErrors } from '@capsule/core';

export const storageError = defineErrors('STORAGE', {
  LOOP_UNAVAILABLE: {
    kind: 'unavailable',
    message: (f: { file: string; reason: string }) =>
      `no loop device could be attached to ${f.file}: ${f.reason}`,
    hint: 'detach unused loop devices, which `losetup --list` shows; the capsule retries',
  },
});
