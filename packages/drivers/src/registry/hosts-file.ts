import type { RegistrySpec } from '@capsule/core';

/** The first line of each file that capsuled wrote; a file without it is an operator's. */
export const MARK = '# Made by capsuled of a `kind: Registry`; a change here does not last.';

/**
 * Writes containerd's hosts.toml (docs/hosts.md there): it tries the hosts in order, and `server` last.
 * Defaults apply to everything else, as for an undeclared registry.
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
  // Lines above the first host apply to the registry itself; containerd knows the address of Docker Hub.
  const server = name === 'docker.io' ? [] : [`server = ${JSON.stringify(originOf(spec))}`];
  return `${[[MARK, ...server, ...trust].join('\n'), ...hosts].join('\n\n')}\n`;
}

/** Returns the URL of the registry's own API. */
export function originOf({ name, plainHttp }: Pick<RegistrySpec, 'name' | 'plainHttp'>): string {
  const host = name === 'docker.io' ? 'registry-1.docker.io' : name;
  return `${plainHttp ? 'http' : 'https'}://${host}`;
}
