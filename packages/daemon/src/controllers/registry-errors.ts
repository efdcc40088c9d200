import { defineErrors } from '@capsule/core';

export const registryConfigError = defineErrors('REGISTRY', {
  HAND_MADE: {
    kind: 'precondition',
    message: (f: { name: string }) => `the hosts.toml of ${f.name} was written by hand`,
    why: 'what a person wrote is not overwritten',
    hint: 'move that file away on the capsule, then apply again',
  },
  LOGIN_INVALID: {
    kind: 'invalid',
    message: (f: { problem: string }) => `nobody can be logged in: ${f.problem}`,
    hint: 'capsulectl registry login HOST -u USER',
  },
});
