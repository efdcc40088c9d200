import { action, bare, defineErrors, remedy } from '@capsule/core';

export const registryConfigError = defineErrors('REGISTRY', {
  HAND_MADE: {
    kind: 'precondition',
    message: (f: { name: string }) => `containerd's folder for ${f.name} was made by hand`,
    why: 'the capsule does not overwrite a file that a person wrote',
    hint: 'move it out of /perm/containerd-certs.d on the capsule, then apply again',
  },
  LOGIN_INVALID: {
    kind: 'invalid',
    message: (f: { problem: string }) => `cannot log in: ${f.problem}`,
    hint: remedy`${bare(action('registry.login', { registry: 'HOST', user: 'USER' }))}`,
  },
});
