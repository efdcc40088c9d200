import { action, defineErrors, remedy } from '@capsule/core';

export const capsuleError = defineErrors('CAPSULE', {
  PORT_TAKEN: {
    kind: 'unavailable',
    message: (f: { port: number; program: string }) =>
      `the API is not on the network: ${f.program} listens on port ${f.port}`,
    why: 'the port of the API belongs to one process; the unix socket works meanwhile',
    hint: 'stop the program that has the port; capsuled tries again every 10 seconds',
  },
  PORT_UNUSABLE: {
    kind: 'unavailable',
    message: (f: { port: number; reason: string }) =>
      `port ${f.port} of the API cannot be opened: ${f.reason}`,
    why: 'the API is not on the network; the unix socket works meanwhile',
    hint: remedy`${action('capsule.logs')} shows more; capsuled tries again every 10 seconds`,
  },
  PART_UNKNOWN: {
    kind: 'unavailable',
    message: (f: { part: string; detail: string }) => `${f.part} cannot be read: ${f.detail}`,
    why: 'the kernel returned an error to capsuled; the rest of the report is complete',
    hint: remedy`${action('capsule.logs')} shows more; a failed disk or too few descriptors are the usual causes`,
  },
});
