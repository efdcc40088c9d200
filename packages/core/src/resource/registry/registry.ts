/** The declared settings of a registry. */
export interface RegistrySpec {
  /** Host and port as image references have them: `docker.io`, `registry.home:5000`. */
  readonly name: string;
  /** Asked first, in this order: `https://mirror.home`. */
  readonly mirrors: readonly string[];
  /** Use HTTP. Only when declared: an HTTPS registry is never downgraded to HTTP. */
  readonly plainHttp: boolean;
  /** Certificates are not checked. */
  readonly insecure: boolean;
  /** PEM; empty for none. */
  readonly caCertificate: string;
}

/** The login that a pull sends to a registry. */
export interface RegistryLogin {
  readonly username: string;
  readonly secret: string;
}

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const HOST_MOST = 253;
/** Other names of Docker Hub. Declarations and logins are stored under `docker.io` only. */
const DOCKER_HUB_HOSTS = ['index.docker.io', 'registry-1.docker.io'];

/** A host with a dot, a port, or `localhost`: this distinguishes a registry from a repository in a reference. */
export function isRegistryName(name: string): boolean {
  const [host = '', port, ...more] = name.split(':');
  const labels = host.split('.');
  const isPort = port === undefined || (/^\d{1,5}$/.test(port) && isWithin(Number(port)));
  const isHost = host.length <= HOST_MOST && labels.every((label) => LABEL.test(label));
  const isExplicit = port !== undefined || labels.length > 1 || host === 'localhost';
  const isAlias = DOCKER_HUB_HOSTS.includes(name);
  return more.length === 0 && isPort && isHost && isExplicit && !isAlias;
}

function isWithin(port: number): boolean {
  return port >= 1 && port <= 65535;
}
