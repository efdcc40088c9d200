import { defineErrors } from '../error/define-errors.ts';

export const lockError = defineErrors('LOCK', {
  REENTERED: {
    kind: 'internal',
    message: (f: { key: string }) => `the lock of ${f.key} is taken twice by one operation`,
    why: 'this is a bug in the capsule: the operation would wait for itself',
    hint: 'report it, with the log of the capsule',
  },
});
