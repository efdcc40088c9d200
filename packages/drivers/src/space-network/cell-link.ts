import { rm } from 'node:fs/promises';
import { isCapsuleError, isNotFound, type Subnet } from '@capsule/core';
import {
  ipBatch,
  ipBatchAll,
  ipError,
  ipShow,
  ipShowAll,
  namespaceState,
  pinnedNamespacePath,
} from '@capsule/host';
import { networkError } from './errors.ts';
import { addressOfLink, hardwareAddress, linkName } from './link-name.ts';
import { withoutIpv6 } from './link-options.ts';

/** The desired link of a cell. */
export interface CellLink {
  readonly key: string;
  readonly address: string;
  readonly bridge: string;
  readonly subnet: Subnet;
  readonly hairpin: boolean;
  readonly mtu: number;
}

/** A cell link as Linux shows it. */
export interface LinkSeen {
  readonly name: string;
  readonly address: string;
  /** The key of its cell; undefined when its maker was killed before it named one. */
  readonly key: string | undefined;
  /** The bridge that it is in. */
  readonly bridge: string | undefined;
  /** Both ends are up. */
  readonly isUp: boolean;
}

interface VethShown {
  readonly ifname: string;
  readonly ifindex: number;
  readonly link_index?: number;
  readonly ifalias?: string;
  readonly master?: string;
  readonly flags: readonly string[];
}

/**
 * Runs two `ip` processes for a new cell; the result is the same from any interrupted state. An existing
 * namespace is kept, so a repair does not separate a running container from its network.
 */
export async function connectCell(cell: CellLink, signal?: AbortSignal): Promise<void> {
  try {
    await connectOnce(cell, signal);
  } catch (failure) {
    // A link of an earlier owner of the address is in the way, or an `ip` of a killed process has ended only
    // now.
    if (!isCapsuleError(failure) || !RACES.includes(failure.code)) throw failure;
    await repair(cell, signal);
  }
}

const RACES: readonly string[] = [ipError.EXISTS.code, ipError.NOT_FOUND.code];

/** Idempotent. Processes that still live in the namespace only lose their network. */
export async function disconnectCell(
  key: string,
  link: string | undefined,
  signal?: AbortSignal,
): Promise<void> {
  const commands = [
    ...(link === undefined ? [] : [`link delete ${link}`]),
    ...((await namespaceState(key)) === 'none' ? [] : [`netns delete ${key}`]),
  ];
  if (commands.length === 0 || (await ipBatchAll(commands, { signal }))) return;
  if ((await namespaceState(key)) !== 'none') {
    throw networkError.LEFT_BEHIND({ key, left: pinnedNamespacePath(key) });
  }
  const left = (await listLinks(signal)).find((seen) => seen.name === link);
  if (left !== undefined) throw networkError.LEFT_BEHIND({ key, left: left.name });
}

export async function listLinks(signal?: AbortSignal): Promise<readonly LinkSeen[]> {
  const shown = await ipShow<VethShown>(['link', 'show', 'type', 'veth'], { signal });
  return shown.flatMap((veth) => {
    const address = addressOfLink(veth.ifname);
    if (address === undefined) return [];
    const isWholeUp = isUp(veth) && veth.flags.includes('LOWER_UP');
    const { ifname: name, ifalias: key, master: bridge } = veth;
    return [{ name, address, key, bridge, isUp: isWholeUp }];
  });
}

async function connectOnce(cell: CellLink, signal?: AbortSignal): Promise<void> {
  const state = await namespaceState(cell.key);
  if (state === 'pinned') return repair(cell, signal);
  if (state === 'empty') await rm(pinnedNamespacePath(cell.key), { force: true });
  await ipBatch([`netns add ${cell.key}`, ...pairCommands(cell)], { signal });
  await ipBatch(innerCommands(cell), { namespace: cell.key, signal });
}

async function repair(cell: CellLink, signal?: AbortSignal): Promise<void> {
  const [outer, inner] = await Promise.all([seenOutside(cell, signal), seenInside(cell, signal)]);
  if (isWhole(cell, outer, inner)) return;
  if (outer !== undefined) await ipBatchAll([`link delete ${outer.ifname}`], { signal });
  if (inner.eth0 !== undefined) {
    // Gone already when it was the other end of the link above.
    await ipBatchAll(['link delete eth0'], { namespace: cell.key, signal });
  }
  await ipBatch(pairCommands(cell), { signal });
  await ipBatch(innerCommands(cell), { namespace: cell.key, signal });
}

function pairCommands(cell: CellLink): readonly string[] {
  const name = linkName(cell.address);
  const mac = hardwareAddress(cell.address);
  const mtu = `mtu ${cell.mtu}`;
  return [
    `link add ${name} ${mtu} type veth peer name eth0 ${mtu} address ${mac} netns ${cell.key}`,
    `link set ${name} alias ${cell.key} master ${cell.bridge} ${withoutIpv6()} up`,
    ...(cell.hairpin ? [`link set ${name} type bridge_slave hairpin on`] : []),
  ];
}

function innerCommands(cell: CellLink): readonly string[] {
  return [
    'link set lo up',
    `address add ${cell.address}/${cell.subnet.prefix} brd + dev eth0`,
    `link set eth0 ${withoutIpv6()} up`,
    `route add default via ${cell.subnet.gateway} dev eth0`,
  ];
}

async function seenOutside(cell: CellLink, signal?: AbortSignal): Promise<VethShown | undefined> {
  try {
    const name = linkName(cell.address);
    return (await ipShow<VethShown>(['link', 'show', 'dev', name], { signal }))[0];
  } catch (failure) {
    if (isNotFound(failure)) return undefined;
    throw failure;
  }
}

interface InnerLink extends VethShown {
  readonly addr_info?: readonly { readonly local: string; readonly prefixlen: number }[];
}

interface Route {
  readonly dst: string;
  readonly gateway?: string;
}

interface Inside {
  readonly lo: InnerLink | undefined;
  readonly eth0: InnerLink | undefined;
  readonly routes: readonly Route[];
}

async function seenInside(cell: CellLink, signal?: AbortSignal): Promise<Inside> {
  const [links, routes] = await ipShowAll(['address show', 'route show'], {
    namespace: cell.key,
    signal,
  });
  const named = (name: string) => (links as InnerLink[]).find((link) => link.ifname === name);
  return { lo: named('lo'), eth0: named('eth0'), routes: routes as readonly Route[] };
}

function isWhole(cell: CellLink, outer: VethShown | undefined, inner: Inside): boolean {
  const { lo, eth0, routes } = inner;
  if (outer === undefined || eth0 === undefined || lo === undefined) return false;
  const paired = outer.link_index === eth0.ifindex && eth0.link_index === outer.ifindex;
  const owned = outer.ifalias === cell.key && outer.master === cell.bridge;
  const addressed = (eth0.addr_info ?? []).some(
    (shown) => shown.local === cell.address && shown.prefixlen === cell.subnet.prefix,
  );
  const routed = routes.some(
    (route) => route.dst === 'default' && route.gateway === cell.subnet.gateway,
  );
  return paired && owned && addressed && routed && [lo, eth0, outer].every(isUp);
}

function isUp(link: { readonly flags: readonly string[] }): boolean {
  return link.flags.includes('UP');
}
