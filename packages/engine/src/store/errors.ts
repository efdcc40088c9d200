import { defineErrors } from '@capsule/core';

export const storeError = defineErrors('STORE', {
  UNREADABLE: {
    kind: 'dataLoss',
    message: (f: { path: string; detail: string }) =>
      `the store ${f.path} cannot be used: ${f.detail}`,
    why: 'a store that cannot be read is never replaced by an empty one: that would lose every workload',
    hint: 'workloads that run keep running; restore the file from a copy, or move it away to start with an empty store',
  },
  FULL: {
    kind: 'exhausted',
    message: (f: { path: string }) => `the disk of the store ${f.path} is full`,
    why: 'capsuled acknowledges only changes that it can write',
    hint: 'make space, then try again: workloads that run keep running',
  },
  TOO_NEW: {
    kind: 'precondition',
    message: (f: { path: string; found: number; known: number }) =>
      `the store ${f.path} has version ${f.found}; this capsuled supports up to ${f.known}`,
    why: 'a newer capsuled has used this store',
    hint: 'start the newer version again',
  },
});
