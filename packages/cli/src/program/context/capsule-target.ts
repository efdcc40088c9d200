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

/** The capsule of a command: the socket of one on this machine (`unix:/path`), or an adopted one. */
export type CapsuleTarget = string | SavedContext;
