import type { RegistrySpec } from '../../../resource/registry/registry.ts';

/** The manifest that `readRegistry` reads back into the same spec; defaults are left out. */
export function manifestFromRegistry(spec: RegistrySpec): object {
  const { name, mirrors, plainHttp, insecure, caCertificate } = spec;
  return {
    name,
    kind: 'Registry',
    registry: {
      ...(mirrors.length > 0 ? { mirrors } : {}),
      ...(plainHttp ? { plainHttp } : {}),
      ...(insecure ? { insecure } : {}),
      ...(caCertificate === '' ? {} : { caCertificate }),
    },
  };
}
