import type { RegistrySpec } from '@capsule/core';

/** The first line of what is ours; without it a person wrote the file. */
export const MARK = '# Made by capsuled of a `kind: Registry`; a change here does not last.';

/**
 * hosts.toml of containerd (docs/hosts.md there): hosts are asked in their order, `server` at last. What
 * is not said here is as for a registry that nobody declared.
 */
export function describeHosts(spec: RegistrySpec, caFile: string): string {
  const { name, mirrors, insecure, caCertificate } = spec;
  const trust = [
    ...(insecure ? ['skip_verify = true'] : []),
    ...(caCertificate === '' ? [] : [`ca = ${JSON.stringify(caFile)}`]),
  ];
  const hosts = mirrors.map((origin) =>
    [
      `[host.${JSON.stringify(origin)}]`,
      '  capabilities = ["pull", "resolve"]',
      ...(origin.startsWith('https:') ? trust.map((line) => `  ${line}`) : []),
    ].join('\n'),
  );
  // What stands before the first host is of the registry itself; containerd knows where Docker Hub is.
  const server = name === 'docker.io' ? [] : [`server = ${JSON.stringify(originOf(spec))}`];
  return `${[[MARK, ...server, ...trust].join('\n'), ...hosts].join('\n\n')}\n`;
}

/** Where the registry itself is asked. */
export function originOf({ name, plainHttp }: Pick<RegistrySpec, 'name' | 'plainHttp'>): string {
  const host = name === 'docker.io' ? 'registry-1.docker.io' : name;
  return `${plainHttp ? 'http' : 'https'}://${host}`;
}
