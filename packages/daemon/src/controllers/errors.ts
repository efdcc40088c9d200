import { defineErrors } from '@capsule/core';

export const workloadError = defineErrors('WORKLOAD', {
  NOT_FOUND: {
    kind: 'notFound',
    message: (f: { name: string }) => `there is no workload named ${f.name}`,
    hint: '`capsulectl workload list` shows what there is',
  },
  NO_SERIAL_CONSOLE: {
    kind: 'precondition',
    message: (f: { name: string }) => `${f.name} is a container and has no serial console`,
    hint: 'ask for its logs without the serial console',
  },
  PORT_TAKEN: {
    kind: 'precondition',
    message: (f: { name: string; port: string; holder: string }) =>
      `${f.name} cannot publish ${f.port}: ${f.holder} publishes it already`,
    hint: 'choose another hostPort, or delete the workload that holds it',
  },
});
