import { existsSync } from 'node:fs';
import {
  allOrFirstError,
  type CellLinkKind,
  type CellNetwork,
  type CellNetworkSeen,
  type CellNetworkSpec,
  DEFAULT_BRIDGE_CIDR,
  keyedLock,
  type PublishedPort,
  parseSubnet,
  type Subnet,
  type TapLink,
} from '@capsule/core';
import {
  makeFolderAs,
  namespaceNames,
  namespaceState,
  nftHasTable,
  nftLoad,
  pinnedNamespacePath,
} from '@capsule/host';
import { needsHairpin, prepareBridge, removeOrphanLinks } from './bridge-device.ts';
import { type CellFiles, cellFiles } from './cell-files.ts';
import { connectCell, disconnectCell, type LinkSeen, listLinks } from './cell-link.ts';
import { networkError } from './errors.ts';
import { latestWins } from './latest-wins.ts';
import { hardwareAddress, linkName } from './link-name.ts';
import { MTU_BYTES, uplinkMtu } from './link-options.ts';
import { planRuleset, TABLE } from './ruleset.ts';
import { connectTap, disconnectTap, listTaps, uidOfAddress } from './tap-link.ts';
import { refreshResolvers, resolverFile, writeCellFiles } from './write-cell-files.ts';

export interface BridgeNetworkOptions {
  /** Name of the bridge. Default `br0`. */
  readonly bridge?: string;
  /** Subnet of the cells; its first address is the bridge's. Default `172.20.254.0/24`. */
  readonly cidr?: string;
  /** Folder of the generated files of cells. Default `/run/capsule-net`. */
  readonly runDir?: string;
  /** The uplink's resolvers, from which those of cells are made. Default `/etc/resolv.conf`. */
  readonly resolvConf?: string;
  /** The capsule's own hosts file, for host-mode containers. Default `/etc/hosts`. */
  readonly hosts?: string;
  /** TCP ports of the capsule that no cell may reach. Default: 50000, the control API. */
  readonly closedTcpPorts?: readonly number[];
}

/**
 * One bridge in the capsule's own network namespace, a veth pair or a TAP for each cell, one nftables table.
 * IPv4 only. The state is read from Linux, so a new capsuled continues where an old one died. Fails with
 * `NETWORK_*`, `IP_*`, `NFT_*`, `SYSCTL_*`.
 *
 * INVARIANTS: work on one key is serial; attaches of different keys share no state; one process at a time
 * loads the ruleset, and the newest spec wins.
 */
export class BridgeNetwork implements CellNetwork {
  readonly #bridge: string;
  readonly #subnet: Subnet;
  readonly #runDir: string;
  readonly #resolvConf: string;
  readonly #hosts: string;
  readonly #closedTcpPorts: readonly number[];
  readonly #files: CellFiles;
  readonly #lock = keyedLock();
  readonly #load = latestWins((ports: readonly PublishedPort[]) => nftLoad(this.#ruleset(ports)));
  /** The MTU of the bridge and of all links that are made from now on. */
  #mtu = MTU_BYTES;
  /** Caches the addresses of cells that this process attached, to save a query of Linux. */
  readonly #addresses = new Map<string, string>();

  /** Fails with `NETWORK_CIDR_INVALID`. */
  constructor(options: BridgeNetworkOptions = {}) {
    this.#bridge = options.bridge ?? 'br0';
    this.#subnet = parseSubnet(options.cidr ?? DEFAULT_BRIDGE_CIDR);
    this.#runDir = options.runDir ?? '/run/capsule-net';
    this.#resolvConf = options.resolvConf ?? '/etc/resolv.conf';
    this.#hosts = options.hosts ?? '/etc/hosts';
    this.#closedTcpPorts = options.closedTcpPorts ?? [50000];
    this.#files = cellFiles(this.#runDir);
  }

  async prepare(signal?: AbortSignal): Promise<void> {
    await makeFolderAs(this.#runDir, 0o755);
    if (this.#addresses.size === 0) await removeOrphanLinks(signal);
    this.#mtu = await uplinkMtu(signal);
    await prepareBridge(this.#bridge, { subnet: this.#subnet, mtu: this.#mtu }, signal);
    await this.refreshResolvers();
    // An existing table belongs to running cells: it stays until the first `publish`.
    if (!(await nftHasTable(TABLE, signal))) await this.publish([]);
  }

  /** Updates the uplink's search domains for cells and host-mode containers. Idempotent. */
  async refreshResolvers(): Promise<void> {
    await this.#files.write(CAPSULE, 'resolv.conf', await resolverFile(this.#resolvers));
    const keys = (await this.#files.keys()).filter(isKey);
    await Promise.all(keys.map((key) => this.#lock(key, () => this.#refresh(key))));
  }

  attach(spec: CellNetworkSpec, signal?: AbortSignal): Promise<void> {
    return this.#lock(spec.key, () => this.#attach(spec, signal));
  }

  detach(key: string, signal?: AbortSignal): Promise<void> {
    return this.#lock(key, () => this.#detach(key, signal));
  }

  async list(signal?: AbortSignal): Promise<readonly CellNetworkSeen[]> {
    const [links, taps, names, keys] = await Promise.all([
      listLinks(this.#bridge, signal),
      listTaps(this.#bridge, signal),
      namespaceNames(),
      this.#files.keys(),
    ]);
    const owned = new Map([...links, ...taps].map((link) => [link.key, link]));
    const linked = [...owned.keys()].flatMap((key) => key ?? []);
    const all = new Set([...linked, ...names, ...keys]);
    return Promise.all([...all].filter(isKey).map((key) => this.#seen(key, owned.get(key))));
  }

  /**
   * Starts no process: reads the namespace's pin, the mark of a complete attach, and the link's entry in
   * /proc.
   */
  async inspect(key: string): Promise<CellNetworkSeen | undefined> {
    const [attached, state] = await Promise.all([this.#attachedAs(key), namespaceState(key)]);
    if (attached === undefined) {
      // An interrupted attach or detach may have left files and nothing else.
      const isThere = state !== 'none' || (await this.#files.has(key));
      return isThere ? { key, link: 'veth', address: undefined, complete: false } : undefined;
    }
    const { address, link } = attached;
    const isWhole = link === 'tap' || state === 'pinned';
    return { key, link, address, complete: isWhole && existsSync(linkConfig(address)) };
  }

  async publish(ports: readonly PublishedPort[], signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await this.#load(ports);
  }

  namespacePath(key: string): string {
    return pinnedNamespacePath(key);
  }

  tap(address: string): TapLink {
    return {
      device: linkName(address),
      hardwareAddress: hardwareAddress(address),
      address,
      prefix: this.#subnet.prefix,
      gateway: this.#subnet.gateway,
      mtu: this.#mtu,
      uid: uidOfAddress(address),
    };
  }

  files(key: string): readonly { readonly source: string; readonly target: string }[] {
    return (['hosts', 'hostname', 'resolv.conf'] as const).map((file) => ({
      source: this.#files.path(key, file),
      target: `/etc/${file}`,
    }));
  }

  hostFiles(): readonly { readonly source: string; readonly target: string }[] {
    return [
      { source: this.#hosts, target: '/etc/hosts' },
      { source: this.#files.path(CAPSULE, 'resolv.conf'), target: '/etc/resolv.conf' },
    ].filter((file) => existsSync(file.source));
  }

  async #attach(spec: CellNetworkSpec, signal?: AbortSignal): Promise<void> {
    const { key, address } = spec;
    const kind = spec.link ?? 'veth';
    if (!this.#subnet.holds(address)) {
      throw networkError.ADDRESS_OUTSIDE({ address, cidr: this.#subnet.cidr });
    }
    const before = await this.#attachedAs(key);
    // With another address or kind than before, the old link would stay behind.
    if (before !== undefined && (before.address !== address || before.link !== kind)) {
      await this.#detach(key, signal);
    }
    this.#claim(key, address);
    const link = { key, address, bridge: this.#bridge, subnet: this.#subnet, mtu: this.#mtu };
    // Waits for both, because the files of an aborted attach must not be written after the detach that
    // follows.
    await allOrFirstError([
      kind === 'tap'
        ? connectTap(link, signal)
        : connectCell({ ...link, hairpin: await needsHairpin() }, signal),
      writeCellFiles(this.#files, spec, this.#resolvers),
    ]);
    await this.#files.write(key, 'attached', kind === 'tap' ? `${address} tap` : address);
  }

  /** Returns the record that `attach` wrote when it was complete. */
  async #attachedAs(
    key: string,
  ): Promise<{ readonly address: string; readonly link: CellLinkKind } | undefined> {
    const [address, kind] = (await this.#files.read(key, 'attached'))?.split(' ') ?? [];
    return address === undefined ? undefined : { address, link: kind === 'tap' ? 'tap' : 'veth' };
  }

  get #resolvers() {
    return { uplink: this.#resolvConf, responder: this.#subnet.gateway };
  }

  #refresh(key: string): Promise<void> {
    return refreshResolvers(this.#files, key, this.#resolvers);
  }

  /** The store gives an address to one cell at a time, so an earlier owner in the cache has lost it. */
  #claim(key: string, address: string): void {
    for (const [other, held] of this.#addresses) {
      if (held === address) this.#addresses.delete(other);
    }
    this.#addresses.set(key, address);
  }

  async #detach(key: string, signal?: AbortSignal): Promise<void> {
    await this.#files.drop(key, 'attached');
    const tap = (await listTaps('', signal)).find((one) => one.key === key);
    if (tap !== undefined) await disconnectTap(tap.address, signal);
    else await disconnectCell(key, await this.#linkOf(key, signal), signal);
    this.#addresses.delete(key);
    await this.#files.dropAll(key);
  }

  async #linkOf(key: string, signal?: AbortSignal): Promise<string | undefined> {
    const address = this.#addresses.get(key);
    if (address !== undefined) return linkName(address);
    return (await listLinks(this.#bridge, signal)).find((link) => link.key === key)?.name;
  }

  async #seen(key: string, link: LinkSeen | undefined): Promise<CellNetworkSeen> {
    const attached = await this.#attachedAs(key);
    const kind = attached?.link ?? 'veth';
    const isWhole = kind === 'tap' || (await namespaceState(key)) === 'pinned';
    const complete = isWhole && link?.connected === true && attached?.address === link.address;
    return { key, link: kind, address: link?.address ?? attached?.address, complete };
  }

  #ruleset(ports: readonly PublishedPort[]): string {
    return planRuleset({
      bridge: this.#bridge,
      cidr: this.#subnet.cidr,
      gateway: this.#subnet.gateway,
      ports,
      closedTcpPorts: this.#closedTcpPorts,
    });
  }
}

/** Replaces a cell's key for the files of containers in the capsule's own network. */
const CAPSULE = 'capsule';

/** Exists as long as the link; unlike /sys, it always shows the network namespace of capsuled. */
function linkConfig(address: string): string {
  return `/proc/sys/net/ipv4/conf/${linkName(address)}`;
}

/** Cell keys have four parts; other namespaces under `/run/netns` are foreign. */
function isKey(name: string): boolean {
  return /^[a-z0-9-]+(_[a-z0-9-]+){3}$/.test(name);
}
