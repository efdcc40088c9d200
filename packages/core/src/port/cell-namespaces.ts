/** Paths of what the containers of a cell share. */
export interface CellNamespacePaths {
  /** Of the network namespace, which `CellNetwork` pins. */
  readonly net: string;
  readonly ipc: string;
  readonly uts: string;
  /** A tmpfs for `/dev/shm`. */
  readonly shm: string;
}

/** The pinned namespaces of one cell as Linux shows them. */
export interface CellNamespacesSeen {
  readonly key: string;
  /** The host name of the last complete `pin`. */
  readonly hostname: string | undefined;
  /** The most bytes that the shared memory holds; undefined while it is not mounted. */
  readonly shmBytes?: number;
  /** The settings of the kernel that `pin` noted when it made the namespaces; undefined without a note. */
  readonly sysctls?: string;
  /** IPC and UTS namespaces and shared memory are all there, with that host name. */
  readonly complete: boolean;
}

/** The spec of a cell's namespaces. */
export interface CellNamespaceNames {
  readonly hostname: string;
  /** The most bytes that the shared memory holds, also where it is mounted already. */
  readonly shmBytes: number;
  /** Noted when the namespaces are made: settings stay in a namespace for as long as it exists. */
  readonly sysctls?: string;
}

/**
 * IPC and UTS namespaces of cells, and their shared memory, pinned without a process: a cell keeps them while its
 * containers restart. A microVM has none. All calls are idempotent, and complete what a killed process has begun.
 */
export interface CellNamespaces {
  /** Keeps what is pinned already: running containers are in it. Sets the host name and the size of the shared memory, also changed ones. */
  pin(key: string, names: CellNamespaceNames, signal?: AbortSignal): Promise<void>;
  /** Containers that still run keep their namespaces until they end. */
  unpin(key: string, signal?: AbortSignal): Promise<void>;
  /** Cheap, for it is asked in every reconcile. Undefined when nothing is there. */
  inspect(key: string): Promise<CellNamespacesSeen | undefined>;
  list(): Promise<readonly CellNamespacesSeen[]>;
  /** Where they are or will be. */
  paths(key: string): CellNamespacePaths;
}
