import { existsSync } from 'node:fs';
import {
  allOrFirstError,
  type CellFileNames,
  type CellLinkKind,
  type CellNetwork,
  type CellNetworkSeen,
  type CellNetworkSpec,
  keyedLock,
  type PublishedPort,
  type SpaceNetworkSeen,
  type SpaceNetworkSpec,
  type SpaceNetworks,
  searchDomains,
  spaceOfCell,
  type TapLink,
} from '@capsule/core';
import { makeFolderAs, namespaceNames, namespaceState, pinnedNamespacePath } from '@capsule/host';
import {
  listBridges,
  needsHairpin,
  prepareBridge,
  removeBridge,
  removeOrphanBridges,
  removeOrphanLinks,
} from './bridge-device.ts';
import { type CellFiles, cellFiles } from './cell-files.ts';
import { connectCell, disconnectCell, type LinkSeen, listLinks } from './cell-link.ts';
import { networkError } from './errors.ts';
import { hardwareAddress, linkName } from './link-name.ts';
import { MTU_BYTES, uplinkMtu } from './link-options.ts';
import { PacketFilter } from './packet-filter.ts';
import { Spaces } from './spaces.ts';
import { connectTap, disconnectTap, listTaps, uidOfAddress } from './tap-link.ts';
import {
  type CellResolvers,
  hasCellFiles,
  refreshResolvers,
  resolverFile,
  writeCellFiles,
} from './write-cell-files.ts';

export interface BridgeNetworkOptions {
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
 * A bridge for each space in the capsule's own network namespace, a veth pair or a TAP for each cell, one
 * nftables table. IPv4 only. The state is read from Linux, so a new capsuled continues where an old one died.
 * Fails with `NETWORK_*`, `IP_*`, `NFT_*`, `SYSCTL_*`.
 *
 * INVARIANTS: work on one key is serial; attaches of different keys share no state; one process at a time
 * loads the ruleset, and the newest spec wins.
 */
export class BridgeNetwork implements CellNetwork, SpaceNetworks {
  readonly #runDir: string;
  readonly #resolvConf: string;
  readonly #hosts: string;
  readonly #files: CellFiles;
  readonly #lock = keyedLock();
  readonly #spaces = new Spaces();
  readonly #filter: PacketFilter;
  /** The MTU of the bridges and of all links that are made from now on. */
  #mtu = MTU_BYTES;
  /** Caches the addresses of cells that this process attached, to save a query of Linux. */
  readonly #addresses = new Map<string, string>();

  constructor(options: BridgeNetworkOptions = {}) {
    this.#runDir = options.runDir ?? '/run/capsule-net';
    this.#resolvConf = options.resolvConf ?? '/etc/resolv.conf';
    this.#hosts = options.hosts ?? '/etc/hosts';
    this.#files = cellFiles(this.#runDir);
    this.#filter = new PacketFilter(this.#spaces, options.closedTcpPorts ?? [50000]);
  }

  async prepare(signal?: AbortSignal): Promise<void> {
    await makeFolderAs(this.#runDir, 0o755);
    if (this.#addresses.size === 0) await removeOrphanLinks(signal);
    if (this.#spaces.all().length === 0) await this.#takeOver(signal);
    this.#mtu = await uplinkMtu(signal);
    await this.#filter.open(signal);
  }

  prepareSpace(spec: SpaceNetworkSpec, signal?: AbortSignal): Promise<void> {
    return this.#lock(spec.key, async () => {
      const space = this.#spaces.claim(spec);
      await prepareBridge({ ...space, mtu: this.#mtu }, signal);
      this.#spaces.set(space);
      await this.#refreshSpace(space.key);
      await this.#filter.reload();
    });
  }

  removeSpace(key: string, signal?: AbortSignal): Promise<void> {
    return this.#lock(key, async () => {
      const cell = (await this.list(signal)).find((seen) => spaceOfCell(seen.key) === key);
      if (cell !== undefined) throw networkError.SPACE_IN_USE({ space: key, cell: cell.key });
      const found = (await this.listSpaces(signal)).filter((space) => space.key === key);
      for (const { bridge } of found) await removeBridge(bridge, signal);
      this.#spaces.delete(key);
      await this.#files.dropAll(folderOfSpace(key));
      await this.#filter.reload();
    });
  }

  listSpaces(signal?: AbortSignal): Promise<readonly SpaceNetworkSeen[]> {
    return listBridges(signal);
  }

  /** Updates the uplink's search domains for cells and host-mode containers. Idempotent. */
  async refreshResolvers(): Promise<void> {
    const keys = this.#spaces.all().map(({ key }) => key);
    await Promise.all(keys.map((key) => this.#lock(key, () => this.#refreshSpace(key))));
  }

  attach(spec: CellNetworkSpec, signal?: AbortSignal): Promise<void> {
    return this.#lock(spec.key, () => this.#attach(spec, signal));
  }

  detach(key: string, signal?: AbortSignal): Promise<void> {
    return this.#lock(key, () => this.#detach(key, signal));
  }

  async list(signal?: AbortSignal): Promise<readonly CellNetworkSeen[]> {
    const [links, taps, names, keys] = await Promise.all([
      listLinks(signal),
      listTaps(signal),
      namespaceNames(),
      this.#files.keys(),
    ]);
    const owned = new Map([...links, ...taps].map((link) => [link.key, link]));
    const linked = [...owned.keys()].flatMap((key) => key ?? []);
    const all = new Set([...linked, ...names, ...keys]);
    return Promise.all([...all].filter(isCell).map((key) => this.#seen(key, owned.get(key))));
  }

  /**
   * Starts no process: reads the namespace's pin, the mark of a complete attach, the cell's files, and the link's
   * entry in /proc.
   */
  async inspect(
    key: string,
    _signal?: AbortSignal,
    names?: CellFileNames,
  ): Promise<CellNetworkSeen | undefined> {
    const [attached, state] = await Promise.all([this.#attachedAs(key), namespaceState(key)]);
    if (attached === undefined) {
      // An interrupted attach or detach may have left files and nothing else.
      const isThere = state !== 'none' || (await this.#files.has(key));
      return isThere ? { key, link: 'veth', address: undefined, complete: false } : undefined;
    }
    const { address, link } = attached;
    const isWhole = link === 'tap' || state === 'pinned';
    const isNamed =
      names === undefined || (await hasCellFiles(this.#files, { ...names, key, address }));
    return { key, link, address, complete: isWhole && isNamed && existsSync(linkConfig(address)) };
  }

  async publish(ports: readonly PublishedPort[], signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await this.#filter.publish(ports);
  }

  namespacePath(key: string): string {
    return pinnedNamespacePath(key);
  }

  tap(address: string): TapLink {
    const { prefix, gateway } = this.#spaces.ofAddress(address).subnet;
    return {
      device: linkName(address),
      hardwareAddress: hardwareAddress(address),
      address,
      prefix,
      gateway,
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

  hostFiles(key: string): readonly { readonly source: string; readonly target: string }[] {
    return [
      { source: this.#hosts, target: '/etc/hosts' },
      {
        source: this.#files.path(folderOfSpace(spaceOfCell(key)), 'resolv.conf'),
        target: '/etc/resolv.conf',
      },
    ].filter((file) => existsSync(file.source));
  }

  async #attach(spec: CellNetworkSpec, signal?: AbortSignal): Promise<void> {
    const { key, address } = spec;
    const kind = spec.link ?? 'veth';
    const { bridge, subnet } = this.#spaces.ofCell(key);
    if (!subnet.holds(address)) {
      throw networkError.ADDRESS_OUTSIDE({ address, cidr: subnet.cidr });
    }
    const before = await this.#attachedAs(key);
    // With another address or kind than before, the old link would stay behind.
    if (before !== undefined && (before.address !== address || before.link !== kind)) {
      await this.#detach(key, signal);
    }
    this.#claim(key, address);
    const link = { key, address, bridge, subnet, mtu: this.#mtu };
    // Waits for both, because the files of an aborted attach must not be written after the detach that
    // follows.
    await allOrFirstError([
      kind === 'tap'
        ? connectTap(link, signal)
        : connectCell({ ...link, hairpin: await needsHairpin() }, signal),
      writeCellFiles(this.#files, spec, this.#resolversOf(spaceOfCell(key))),
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

  /** Until its space is prepared again, a running cell keeps its part of the packet filter. */
  async #takeOver(signal?: AbortSignal): Promise<void> {
    await removeOrphanBridges(signal);
    for (const { key, bridge, cidr } of await listBridges(signal)) {
      if (cidr !== undefined) this.#spaces.set(this.#spaces.claim({ key, bridge, cidr }));
    }
  }

  #resolversOf(space: string): CellResolvers {
    const { subnet } = this.#spaces.get(space);
    const [realm = '', name = ''] = space.split('_');
    const domains = searchDomains({ realm, space: name });
    return { uplink: this.#resolvConf, responder: subnet.gateway, domains };
  }

  /** Writes the resolv.conf of all cells, and that of containers in the capsule's own network. */
  async #refreshSpace(key: string): Promise<void> {
    if (!this.#spaces.all().some((space) => space.key === key)) return;
    const resolvers = this.#resolversOf(key);
    await this.#files.write(folderOfSpace(key), 'resolv.conf', await resolverFile(resolvers));
    const cells = (await this.#files.keys()).filter(isCell);
    await Promise.all(
      cells
        .filter((cell) => spaceOfCell(cell) === key)
        .map((cell) => this.#lock(cell, () => refreshResolvers(this.#files, cell, resolvers))),
    );
  }

  /** The store gives an address to one cell at a time, so an earlier owner in the cache has lost it. */
  #claim(key: string, address: string): void {
    for (const [other, held] of this.#addresses) {
      if (held === address) this.#addresses.delete(other);
    }
    this.#addresses.set(key, address);
  }

  async #detach(key: string, signal?: AbortSignal): Promise<void> {
    const attached = await this.#attachedAs(key);
    await this.#files.drop(key, 'attached');
    // Without the mark, an interrupted attach may have left either kind.
    const taps = attached?.link === 'veth' ? [] : await listTaps(signal);
    const tap = taps.find((one) => one.key === key);
    if (tap !== undefined) await disconnectTap(tap.address, signal);
    else await disconnectCell(key, await this.#linkOf(key, signal), signal);
    this.#addresses.delete(key);
    await this.#files.dropAll(key);
  }

  async #linkOf(key: string, signal?: AbortSignal): Promise<string | undefined> {
    const address = this.#addresses.get(key);
    if (address !== undefined) return linkName(address);
    return (await listLinks(signal)).find((link) => link.key === key)?.name;
  }

  async #seen(key: string, link: LinkSeen | undefined): Promise<CellNetworkSeen> {
    const attached = await this.#attachedAs(key);
    const kind = attached?.link ?? 'veth';
    const isWhole = kind === 'tap' || (await namespaceState(key)) === 'pinned';
    const complete = isWhole && this.#isConnected(key, link) && attached?.address === link?.address;
    return { key, link: kind, address: link?.address ?? attached?.address, complete };
  }

  /** Up, and in the bridge of its space. */
  #isConnected(key: string, link: LinkSeen | undefined): boolean {
    const space = this.#spaces.all().find((one) => one.key === spaceOfCell(key));
    return link?.isUp === true && space !== undefined && link.bridge === space.bridge;
  }
}

/**
 * The folder with the files of containers in the capsule's own network. The path is part of containers, so that
 * of the first space keeps the name from before there were others.
 */
function folderOfSpace(key: string): string {
  return key === 'main_default' ? 'capsule' : key;
}

/** Exists as long as the link; unlike /sys, it always shows the network namespace of capsuled. */
function linkConfig(address: string): string {
  return `/proc/sys/net/ipv4/conf/${linkName(address)}`;
}

/** Cell keys have four parts; other namespaces under `/run/netns` are foreign. */
function isCell(name: string): boolean {
  return /^[a-z0-9-]+(_[a-z0-9-]+){3}$/.test(name);
}
