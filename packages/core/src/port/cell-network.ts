import type { Dns, ExtraHost, PortMapping } from '../resource/workload.ts';

/** The wish for one cell's network. */
export interface CellNetworkSpec {
  /** `cellKey` of the cell; also the name of its network namespace. */
  readonly key: string;
  readonly hostname: string;
  /** IPv4 address from the store's table, without prefix. */
  readonly address: string;
  /** More lines of the hosts file. */
  readonly extraHosts?: readonly ExtraHost[];
  /** Takes the place of the usual resolvers, search domains and options where it is not empty. */
  readonly dns?: Dns;
}

/** What Linux shows of one cell's network. */
export interface CellNetworkSeen {
  readonly key: string;
  readonly address: string | undefined;
  /** Namespace, both veth ends, address and routes are all there. */
  readonly complete: boolean;
}

export interface PublishedPort extends PortMapping {
  readonly address: string;
}

/** A bridge with cells on it, and the one nftables table of the capsule. All calls are idempotent. */
export interface CellNetwork {
  /** Bridge, forwarding, sysctls. Once at start; safe to repeat. */
  prepare(signal?: AbortSignal): Promise<void>;
  /** Namespace, veth, address, routes, hosts and resolver files. */
  attach(spec: CellNetworkSpec, signal?: AbortSignal): Promise<void>;
  detach(key: string, signal?: AbortSignal): Promise<void>;
  list(signal?: AbortSignal): Promise<readonly CellNetworkSeen[]>;
  /** One cell of `list`, cheaply (it is asked in every reconcile); undefined when nothing is there. */
  inspect(key: string, signal?: AbortSignal): Promise<CellNetworkSeen | undefined>;
  /** Replaces all port maps in one transaction. */
  publish(ports: readonly PublishedPort[], signal?: AbortSignal): Promise<void>;
  namespacePath(key: string): string;
  /** Sources of `/etc/hosts` and `/etc/resolv.conf` and `/etc/hostname` for the cell's containers. */
  files(key: string): readonly { readonly source: string; readonly target: string }[];
  /** The same for containers in the capsule's own network. */
  hostFiles(): readonly { readonly source: string; readonly target: string }[];
}
