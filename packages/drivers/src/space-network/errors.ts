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
  SPACE_UNKNOWN: {
    kind: 'precondition',
    message: (f: { space: string }) => `the network of space ${f.space} is not prepared`,
    hint: 'wait until the space is ready',
  },
  SPACE_IN_USE: {
    kind: 'precondition',
    message: (f: { space: string; cell: string }) =>
      `the network of space ${f.space} is in use by cell ${f.cell}`,
    hint: 'delete the cells of the space first',
  },
  SPACE_OVERLAP: {
    kind: 'conflict',
    message: (f: { space: string; other: string }) =>
      `the network of space ${f.space} overlaps that of space ${f.other}`,
    hint: 'give one of them another range and another bridge',
  },
  BRIDGE_TAKEN: {
    kind: 'precondition',
    message: (f: { bridge: string }) =>
      `network device ${f.bridge} is not a bridge of this capsule's space`,
    why: 'another program made it, or another space has it',
    hint: 'remove the device, or choose another name for the bridge',
  },
});
