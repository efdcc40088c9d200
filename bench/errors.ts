import { defineErrors } from '@capsule/core';

export const benchError = defineErrors('BENCH', {
  UNKNOWN: {
    kind: 'invalid',
    message: (f: { ids: readonly string[]; known: readonly string[] }) =>
      `there is no benchmark ${f.ids.join(', ')}; there is ${f.known.join(', ')}`,
  },
  WATCH_ENDED: {
    kind: 'unavailable',
    message: (f: { waitingFor: string }) => `the watch ended while waiting for ${f.waitingFor}`,
  },
  WORKLOAD_FAILED: {
    kind: 'internal',
    message: (f: { name: string; said: string }) => `workload ${f.name} does not run: ${f.said}`,
  },
  LIST_FAILED: {
    kind: 'internal',
    message: (f: { said: string }) => `workload list failed: ${f.said}`,
  },
  PUSH_FAILED: {
    kind: 'internal',
    message: (f: { said: string }) => `image push failed: ${f.said}`,
  },
  COMMAND_FAILED: {
    kind: 'internal',
    message: (f: { command: string; said: string }) => `capsulectl ${f.command} failed: ${f.said}`,
  },
  PEER_NOT_STARTED: {
    kind: 'unavailable',
    message: (f: { peer: string; said: string }) => `${f.peer} could not be prepared: ${f.said}`,
  },
});
