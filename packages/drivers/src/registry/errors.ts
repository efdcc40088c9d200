import { defineErrors } from '@capsule/core';

interface Named {
  readonly name: string;
}

/** Failures of a registry's login check. */
export const registryError = defineErrors('REGISTRY', {
  LOGIN_REFUSED: {
    kind: 'denied',
    message: (f: Named & { username: string }) => `${f.name} refuses the login of ${f.username}`,
    hint: 'check user and password; many registries want a token instead of the password',
  },
  UNREACHABLE: {
    kind: 'unavailable',
    message: (f: Named & { reason: string }) => `${f.name} is unreachable: ${f.reason}`,
    hint: 'check name and network; `kind: Registry` declares plainHttp, insecure or a caCertificate',
  },
});
