/** What is declared of a registry. */
export interface RegistrySpec {
  /** Host and port as image references have them: `docker.io`, `registry.home:5000`. */
  readonly name: string;
  /** Asked first, in this order: `https://mirror.home`. */
  readonly mirrors: readonly string[];
  /** Certificates are not checked, and plain HTTP will do where there is no HTTPS. */
  readonly insecure: boolean;
  /** PEM; empty for none. */
  readonly caCertificate: string;
}

/** What a pull shows to a registry. */
export interface RegistryLogin {
  readonly username: string;
  readonly secret: string;
}

/** A host with a dot, a port, or `localhost`: what tells a registry from a repository in a reference. */
const HOST =
  /^(?=.{1,255}$)(localhost|[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+|[a-z0-9.-]+(?=:\d))(:\d{1,5})?$/;

export function isRegistryName(name: string): boolean {
  const port = /:(\d+)$/.exec(name)?.[1];
  return HOST.test(name) && (port === undefined || (Number(port) >= 1 && Number(port) <= 65535));
}
