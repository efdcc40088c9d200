export interface RegistryOptions {
  /** Directory of docker-registry's files. */
  readonly storage: string;
  readonly port: number;
  readonly readOnly: boolean;
  /** Default: loopback. */
  readonly address?: string;
  /** A file of htpasswd(1) with bcrypt; anybody is let in without. */
  readonly accounts?: string;
}

/** The configuration of Debian's docker-registry, without TLS. */
export function registryConfig(options: RegistryOptions): string {
  const { storage, port, readOnly, address = '127.0.0.1', accounts } = options;
  return `version: 0.1
log:
  level: error
  accesslog:
    disabled: true
storage:
  filesystem:
    rootdirectory: ${JSON.stringify(storage)}
  maintenance:
    uploadpurging:
      enabled: false
    readonly:
      enabled: ${readOnly}
http:
  addr: ${address}:${port}
${accounts === undefined ? '' : guard(accounts)}`;
}

function guard(accounts: string): string {
  return `auth:
  htpasswd:
    realm: capsule
    path: ${JSON.stringify(accounts)}
`;
}
