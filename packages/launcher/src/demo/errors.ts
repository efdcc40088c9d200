import { defineErrors } from '@capsule/core';

export const demoError = defineErrors('DEMO', {
  NO_PORT: {
    kind: 'exhausted',
    message: (f: { from: number; to: number }) =>
      `all ports of 127.0.0.1 from ${f.from} to ${f.to} are taken`,
    hint: 'stop a program that listens on one of these ports',
  },
  NO_PAGE: {
    kind: 'timeout',
    message: (f: { url: string; said: string }) => `${f.url} does not answer: ${f.said}`,
    hint: 'run capsulectl workload list, and read the logs of the workload',
  },
  COMMAND_FAILED: {
    kind: 'internal',
    message: (f: { command: string; exitCode: number }) =>
      `${f.command} ended with exit code ${f.exitCode}`,
  },
});
