/** A namespace of the runtime with everything in it that takes space. */
export interface NamespaceSeen {
  readonly namespace: string;
  /** The realm that capsuled made it for; undefined for a namespace of another program. */
  readonly realm: string | undefined;
  readonly containers: readonly string[];
  /** Writable layers, by the id of the container that each was made for. */
  readonly snapshots: readonly string[];
  /** Leases that no running process of the capsule ends. */
  readonly leases: readonly string[];
}

/** Lists the content of the runtime in all namespaces, also in those of other programs. Changes nothing. */
export interface RuntimeInventory {
  namespaces(signal?: AbortSignal): Promise<readonly NamespaceSeen[]>;
}
