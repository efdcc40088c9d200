import { defineErrors } from '@capsule/core';

export const slotError = defineErrors('SLOT', {
  UNREADABLE: {
    kind: 'unavailable',
    message: (f: { detail: string }) => `the boot disk cannot be read: ${f.detail}`,
    hint: 'check the disk and its ESP; the running system is not affected',
  },
  WRITE_FAILED: {
    kind: 'unavailable',
    message: (f: { target: string; detail: string }) =>
      `${f.target} of the boot disk cannot be written: ${f.detail}`,
    hint: 'check the disk; the machine boots the present system again',
  },
  CONTENT_DIFFERS: {
    kind: 'invalid',
    message: (f: { target: string; detail: string }) => `${f.target} was not accepted: ${f.detail}`,
    why: 'only content that is on the disk as it was signed may boot',
    hint: 'send the bundle again; if the failure repeats, check the disk',
  },
});
