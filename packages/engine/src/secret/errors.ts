import { defineErrors } from '@capsule/core';

export const secretError = defineErrors('SECRET', {
  KEY_UNUSABLE: {
    kind: 'dataLoss',
    message: (f: { path: string; reason: string }) =>
      `the key file ${f.path} cannot be used: ${f.reason}`,
    why: 'the capsule cannot decrypt the stored logins without this key',
    hint: 'restore the file from a backup, or move it away and log in again',
  },
  UNREADABLE: {
    kind: 'dataLoss',
    message: (f: { what: string }) => `${f.what} cannot be decrypted`,
    why: 'another key encrypted it, or the stored bytes were changed',
    hint: 'log in again',
  },
});
