/** A realm and the containerd namespace that holds its containers and images. */
export interface RealmNamespace {
  /** Of the realm. */
  readonly name: string;
  /** `kukeon-<name>`, unless the realm names another one. No two realms share one. */
  readonly namespace: string;
}

/** The realms of the capsule. A realm may come or go between any two calls. Both are cheap and never fail. */
export interface RealmNamespaces {
  /** Undefined for an unknown realm, whose containers are left alone. */
  namespaceOf(realm: string): string | undefined;
  realms(): readonly RealmNamespace[];
}
