import { defineErrors } from '@capsule/core';

export const machineError = defineErrors('MACHINE', {
  FAILED: {
    kind: 'internal',
    message: (f: { detail: string }) => `the virtual machine ended before its program: ${f.detail}`,
    hint: 'look at the end of its console',
  },
  CRASHED: {
    kind: 'unavailable',
    message: (f: { part: 'kernel' | 'emulator'; detail: string }) =>
      `the ${f.part} of the virtual machine crashed: ${f.detail}`,
    why: 'the program in it did not cause this, unless it happens each time',
    hint: 'start it once more: retryCrashed',
  },
  OVERDUE: {
    kind: 'timeout',
    message: (f: { seconds: number; detail: string }) =>
      `the virtual machine did not finish its program within ${f.seconds} s: ${f.detail}`,
    hint: 'emulation needs a machine that is not busy',
  },
});
