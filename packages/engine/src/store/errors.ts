import { defineErrors } from '@capsule/core';

export const storeError = defineErrors('STORE', {
  UNREADABLE: {
    kind: 'dataLoss',
    message: (f: { path: string; detail: string }) =>
      `the store ${f.path} cannot be used: ${f.detail}`,
    why: 'capsuled does not replace the store by an empty one, because that would lose every workload',
    hint: 'restore the file from a backup, or move it away to start with an empty store; running workloads keep running',
  },
  FULL: {
    kind: 'exhausted',
    message: (f: { path: string }) => `the disk of the store ${f.path} is full`,
    why: 'capsuled accepts only changes that it can write to the store',
    hint: 'free space on that disk, then try again; running workloads keep running',
  },
  READ_ONLY: {
    kind: 'unavailable',
    message: (f: { path: string }) => `the store ${f.path} cannot be written: it is read-only`,
    why: 'Linux makes a filesystem read-only after a failure of its disk; someone may also have mounted it so',
    hint: 'workloads that run keep running; look at the kernel log for disk errors, then make the filesystem writable again',
  },
  LOCKED: {
    kind: 'unavailable',
    message: (f: { path: string }) => `the store ${f.path} is locked by another program`,
    why: 'only capsuled may write to its store; a second program holds a transaction open',
    hint: 'end that program, for example a `sqlite3` shell, then try again',
  },
  NOT_OPENED: {
    kind: 'unavailable',
    message: (f: { path: string; detail: string }) =>
      `the store ${f.path} cannot be opened: ${f.detail}`,
    why: 'its folder is missing or is not readable, or capsuled has no file descriptors left',
    hint: 'check that the filesystem of the store is mounted, then restart capsuled; do not delete the file',
  },
  TOO_NEW: {
    kind: 'precondition',
    message: (f: { path: string; found: number; known: number }) =>
      `the store ${f.path} has version ${f.found}; this capsuled supports up to ${f.known}`,
    why: 'a newer capsuled wrote this store',
    hint: 'run that newer capsuled again',
  },
});
