import { defineErrors } from '@capsule/core';

export const dnsError = defineErrors('DNS', {
  PORT_TAKEN: {
    kind: 'unavailable',
    message: (f: { address: string; port: number }) =>
      `workloads cannot look up names: port ${f.port} of ${f.address} is taken`,
    why: 'another program listens on this port, perhaps a workload that uses the network of the capsule',
    hint: 'stop that program, or give it another port; the capsule retries',
  },
  NOT_LISTENING: {
    kind: 'unavailable',
    message: (f: { address: string; port: number; reason: string }) =>
      `workloads cannot look up names: ${f.address}:${f.port} cannot be used (${f.reason})`,
    hint: 'check that the capsule has this address; the capsule retries',
  },
});
