import type { RegistrySpec } from '@capsule/core';

/** A registry for programs, and as a manifest; the login is for people to read. */
export function registryDocument(spec: RegistrySpec, username = ''): object {
  const { name, mirrors, plainHttp, insecure, caCertificate } = spec;
  return {
    ...{ name, kind: 'Registry' },
    registry: {
      ...(mirrors.length > 0 ? { mirrors } : {}),
      ...(plainHttp ? { plainHttp } : {}),
      ...(insecure ? { insecure } : {}),
      ...(caCertificate === '' ? {} : { caCertificate }),
    },
    ...(username === '' ? {} : { username }),
  };
}
