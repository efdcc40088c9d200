import { defineErrors } from '@capsule/core';

interface Named {
  readonly name: string;
}

/** Failures of a registry's login check. */
export const registryError = defineErrors('REGISTRY', {
  LOGIN_REFUSED: {
    kind: 'denied',
    message: (f: Named & { username: string }) => `${f.name} refuses the login of ${f.username}`,
    hint: 'check the user and the password; many registries need a token instead of the password',
  },
  UNREACHABLE: {
    kind: 'unavailable',
    message: (f: Named & { reason: string }) => `${f.name} is unreachable: ${f.reason}`,
    hint: 'check the name and the network; a manifest of `kind: Registry` sets plainHttp, insecure or caCertificate',
  },
});
