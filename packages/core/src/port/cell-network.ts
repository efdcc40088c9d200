import type { Dns, ExtraHost } from '../resource/cell/cell.ts';
import type { PortMapping } from '../resource/cell/container.ts';

/** `veth`: a network namespace that containers join. `tap`: a device that a microVM's card is behind. */
export type CellLinkKind = 'veth' | 'tap';

/** The facts that a microVM needs of its link. */
export interface TapLink {
  /** Of the device on the capsule. */
  readonly device: string;
  readonly hardwareAddress: string;
  /** IPv4, without prefix. */
  readonly address: string;
  readonly prefix: number;
  readonly gateway: string;
  readonly mtu: number;
  /** The only user, other than root, that may open the device; each device has its own number. */
  readonly uid: number;
}

/** The spec for one cell's network. */
export interface CellNetworkSpec {
  /** Absent: `veth`. */
  readonly link?: CellLinkKind;
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

/** The part of a spec that is in the files of its cell. */
export type CellFileNames = Pick<CellNetworkSpec, 'hostname' | 'extraHosts' | 'dns'>;

/** The network of one cell as Linux shows it. */
export interface CellNetworkSeen {
  readonly key: string;
  readonly link: CellLinkKind;
  readonly address: string | undefined;
  /** Namespace, both veth ends, address and routes are all there; or the TAP is. */
  readonly complete: boolean;
}

export interface PublishedPort extends PortMapping {
  readonly address: string;
}

/** Cells on the bridges of their spaces, and the one nftables table of the capsule. All calls are idempotent. */
export interface CellNetwork {
  /** Folders, the packet filter, remains of a killed process. Once at start; safe to repeat. */
  prepare(signal?: AbortSignal): Promise<void>;
  /**
   * Namespace, veth, address and routes, or the TAP; hosts and resolver files. Replaces another kind of link.
   * The key names the space, which is prepared: else it fails with `NETWORK_SPACE_UNKNOWN`.
   */
  attach(spec: CellNetworkSpec, signal?: AbortSignal): Promise<void>;
  detach(key: string, signal?: AbortSignal): Promise<void>;
  list(signal?: AbortSignal): Promise<readonly CellNetworkSeen[]>;
  /**
   * One cell of `list`, cheaply (it is asked in every reconcile); undefined when nothing is there. With `names` a cell
   * whose files have other ones is not complete: an attach corrects them.
   */
  inspect(
    key: string,
    signal?: AbortSignal,
    names?: CellFileNames,
  ): Promise<CellNetworkSeen | undefined>;
  /** Replaces all port maps, of all spaces, in one transaction. Published ports are reachable from every space. */
  publish(ports: readonly PublishedPort[], signal?: AbortSignal): Promise<void>;
  namespacePath(key: string): string;
  /** The link that `attach` makes for an address. */
  tap(address: string): TapLink;
  /** Sources of `/etc/hosts` and `/etc/resolv.conf` and `/etc/hostname` for the cell's containers. */
  files(key: string): readonly { readonly source: string; readonly target: string }[];
  /** The same for the containers of a cell in the capsule's own network. */
  hostFiles(key: string): readonly { readonly source: string; readonly target: string }[];
}
