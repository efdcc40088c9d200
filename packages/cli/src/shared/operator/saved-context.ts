/** A capsule that this operator adopted, as the configuration file names it. */
export interface SavedContext {
  readonly name: string;
  /** `host:port` */
  readonly addr: string;
  readonly capsuleId: string;
  /** SHA-256 of the capsule's certificate, in lower-case hexadecimal. */
  readonly fingerprint: string;
  readonly keyPath: string;
}

export interface SavedContexts {
  /** The name of the context for commands that name none. */
  readonly current: string | undefined;
  /** By name. */
  readonly contexts: readonly SavedContext[];
}
