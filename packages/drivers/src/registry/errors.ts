import { defineErrors } from '@capsule/core';

interface Named {
  readonly name: string;
}

/** What a registry said, or did not say. */
export const registryError = defineErrors('REGISTRY', {
  LOGIN_REFUSED: {
    kind: 'denied',
    message: (f: Named & { username: string }) =>
      `${f.name} does not take the login of ${f.username}`,
    hint: 'check user and password; many registries want a token in the place of the password',
  },
  UNREACHABLE: {
    kind: 'unavailable',
    message: (f: Named & { reason: string }) => `${f.name} cannot be asked: ${f.reason}`,
    hint: 'check name and network; `kind: Registry` declares plainHttp, insecure or a caCertificate',
  },
});
