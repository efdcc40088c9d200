import { defineErrors } from '../error/define-errors.ts';

export const lockError = defineErrors('LOCK', {
  REENTERED: {
    kind: 'internal',
    message: (f: { key: string }) => `one operation takes the lock of ${f.key} twice`,
    why: 'this is a bug in the capsule: the operation would wait for itself',
    hint: 'report this bug, with the log of the capsule',
  },
});
