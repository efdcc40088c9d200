import { defineErrors } from '@capsule/core';

export const networkError = defineErrors('NETWORK', {
  ADDRESS_OUTSIDE: {
    kind: 'invalid',
    message: (f: { address: string; cidr: string }) =>
      `${f.address} is not a workload address of ${f.cidr}`,
  },
  PORT_CONFLICT: {
    kind: 'conflict',
    message: (f: { port: number; protocol: string }) =>
      `port ${f.port}/${f.protocol} of the capsule is published twice`,
    hint: 'give one of the two workloads another hostPort',
  },
  PORT_INVALID: {
    kind: 'invalid',
    message: (f: { port: number; protocol: string }) => `${f.port}/${f.protocol} is not a port`,
  },
  LEFT_BEHIND: {
    kind: 'internal',
    message: (f: { key: string; left: string }) =>
      `the network of cell ${f.key} could not be removed: ${f.left} still exists`,
  },
});
