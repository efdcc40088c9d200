import { defineErrors } from '@capsule/core';

export const dnsError = defineErrors('DNS', {
  PORT_TAKEN: {
    kind: 'unavailable',
    message: (f: { address: string; port: number }) =>
      `workloads cannot look up names: port ${f.port} of ${f.address} is taken`,
    why: 'another program of the capsule, perhaps a workload in host mode, listens there or everywhere',
    hint: 'stop that program, or give it another port; the capsule retries by itself',
  },
  NOT_LISTENING: {
    kind: 'unavailable',
    message: (f: { address: string; port: number; reason: string }) =>
      `workloads cannot look up names: port ${f.port} of ${f.address} cannot be used (${f.reason})`,
    hint: 'the capsule retries by itself',
  },
});
