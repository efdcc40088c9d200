export interface RegistryOptions {
  /** Directory of docker-registry's files. */
  readonly storage: string;
  readonly port: number;
  readonly readOnly: boolean;
}

/** The configuration of Debian's docker-registry, on loopback, without TLS or accounts. */
export function registryConfig({ storage, port, readOnly }: RegistryOptions): string {
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
  addr: 127.0.0.1:${port}
`;
}
