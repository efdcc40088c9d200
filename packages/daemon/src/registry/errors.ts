import { action, bare, defineErrors, remedy } from '@capsule/core';

export const registryConfigError = defineErrors('REGISTRY', {
  HAND_MADE: {
    kind: 'precondition',
    message: (f: { name: string }) =>
      `a person wrote containerd's configuration of ${f.name} by hand`,
    why: 'the capsule does not overwrite files that it did not write',
    hint: 'move its folder out of /perm/containerd-certs.d on the capsule, then apply again',
  },
  LOGIN_INVALID: {
    kind: 'invalid',
    message: (f: { problem: string }) => `cannot log in: ${f.problem}`,
    hint: remedy`run ${bare(action('registry.login', { registry: 'HOST', user: 'USER' }))}`,
  },
});
