import { defineErrors } from '@capsule/core';

export const secretError = defineErrors('SECRET', {
  KEY_UNUSABLE: {
    kind: 'dataLoss',
    message: (f: { path: string; reason: string }) =>
      `the key ${f.path} cannot be used: ${f.reason}`,
    why: 'secrets that it encrypted cannot be read without it',
    hint: 'restore the file from a copy, or move it away and log in again',
  },
  UNREADABLE: {
    kind: 'dataLoss',
    message: (f: { what: string }) => `${f.what} cannot be decrypted`,
    why: 'it was encrypted with another key, or was changed',
    hint: 'log in again',
  },
});
