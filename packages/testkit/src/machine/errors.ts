import { defineErrors } from '@capsule/core';

export const machineError = defineErrors('MACHINE', {
  FAILED: {
    kind: 'internal',
    message: (f: { detail: string }) => `the virtual machine ended before its program: ${f.detail}`,
    hint: 'look at what its console says; emulation needs a machine that is not busy',
  },
});
