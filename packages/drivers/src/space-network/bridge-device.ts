import {
  parseSubnet,
  type SpaceNetworkSeen,
  type SpaceNetworkSpec,
  type Subnet,
} from '@capsule/core';
import { ipBatch, ipBatchAll, ipShow, readSysctl, writeSysctl } from '@capsule/host';
import { listLinks } from './cell-link.ts';
import { networkError } from './errors.ts';
import { addressOfHardware, hardwareAddress } from './link-name.ts';
import { withoutIpv6 } from './link-options.ts';

interface BridgeShown {
  readonly ifname?: string;
  readonly ifalias?: string;
  /** The hardware address. */
  readonly address?: string;
  readonly flags?: readonly string[];
  readonly linkinfo?: { readonly info_kind?: string };
  readonly addr_info?: readonly {
    readonly family: string;
    readonly local: string;
    readonly prefixlen: number;
  }[];
}

/** The desired bridge of a space. */
export interface SpaceBridge extends Pick<SpaceNetworkSpec, 'key' | 'bridge'> {
  readonly subnet: Subnet;
  readonly mtu: number;
}

/** Bridges that are made from now on have this pattern, except for that of the first space. */
const OWN_NAME = /^kb[0-9a-f]{10}$/;

/**
 * Makes the bridge of a space with the gateway's address. Its hardware address marks it as the capsule's from
 * its first moment, its alias names the space. Idempotent. Fails with `NETWORK_BRIDGE_TAKEN`.
 */
export async function prepareBridge(
  { key, bridge, subnet, mtu }: SpaceBridge,
  signal?: AbortSignal,
): Promise<void> {
  const links = await ipShow<BridgeShown>(['address', 'show'], { signal });
  const seen = links.find((link) => link.ifname === bridge);
  if (seen !== undefined && !mayTake(seen, key)) throw networkError.BRIDGE_TAKEN({ bridge });
  const others = links.filter((link) => isOfSpace(link, key) && link.ifname !== bridge);
  const mac = hardwareAddress(subnet.gateway);
  await ipBatch(
    [
      ...others.map((other) => `link delete ${other.ifname}`),
      ...(seen === undefined ? [`link add ${bridge} address ${mac} type bridge`] : []),
      `link set ${bridge} alias ${key}`,
      `link set ${bridge} type bridge stp_state 0 forward_delay 0`,
      ...earlierAddresses(seen, subnet).map((other) => `address delete ${other} dev ${bridge}`),
      // A bridge without a fixed address takes that of its lowest port, which comes and goes.
      `link set ${bridge} address ${mac} ${withoutIpv6()} mtu ${mtu} up`,
      `address replace ${subnet.gateway}/${subnet.prefix} brd + dev ${bridge}`,
    ],
    { signal },
  );
  await setSysctls(bridge);
}

/** Returns the bridges of spaces. */
export async function listBridges(signal?: AbortSignal): Promise<readonly SpaceNetworkSeen[]> {
  const links = await ipShow<BridgeShown>(['address', 'show', 'type', 'bridge'], { signal });
  return links.flatMap((link) => {
    const { ifname: bridge, ifalias: key, flags = [] } = link;
    if (bridge === undefined || key === undefined || !isOwn(link)) return [];
    return [{ key, bridge, cidr: rangeOf(link), isUp: flags.includes('UP') }];
  });
}

/** Idempotent. */
export async function removeBridge(bridge: string, signal?: AbortSignal): Promise<void> {
  await ipBatchAll([`link delete ${bridge}`], { signal });
}

/**
 * Removes bridges that name no space: a process that was killed between making a bridge and naming its space
 * leaves one. Call it only while no space is being prepared.
 */
export async function removeOrphanBridges(signal?: AbortSignal): Promise<void> {
  const links = await ipShow<BridgeShown>(['address', 'show', 'type', 'bridge'], { signal });
  const orphans = links.filter(
    (link) => isOwn(link) && link.ifalias === undefined && OWN_NAME.test(link.ifname ?? ''),
  );
  for (const { ifname = '' } of orphans) await removeBridge(ifname, signal);
}

function isOwn({ address, linkinfo }: BridgeShown): boolean {
  return linkinfo?.info_kind === 'bridge' && addressOfHardware(address ?? '') !== undefined;
}

function isOfSpace(link: BridgeShown, key: string): boolean {
  return isOwn(link) && link.ifalias === key;
}

/** Earlier versions gave their one bridge no alias. */
function mayTake(link: BridgeShown, key: string): boolean {
  return isOwn(link) && (link.ifalias === undefined || link.ifalias === key);
}

/**
 * Removes cell links without an owner: an attach that was killed between making a link and naming its owner
 * leaves one. Call it only while no attach is under way.
 */
export async function removeOrphanLinks(signal?: AbortSignal): Promise<void> {
  const orphans = (await listLinks(signal)).filter((link) => link.key === undefined);
  // A link may go by itself meanwhile, with its namespace.
  if (orphans.length > 0) {
    await ipBatchAll(
      orphans.map((link) => `link delete ${link.name}`),
      { signal },
    );
  }
}

/**
 * Returns true where bridged frames pass the IP hooks although `prepareBridge` switches that off: a cell that
 * reaches itself through a published port then needs a bridge port that may send a frame back out where it
 * came in.
 */
export async function needsHairpin(): Promise<boolean> {
  return (await readSysctl('net/bridge/bridge-nf-call-iptables')) === '1';
}

/** The gateway that the bridge had before, which its hardware address names: other addresses are foreign. */
function earlierAddresses(seen: BridgeShown | undefined, subnet: Subnet): readonly string[] {
  if (seen === undefined) return [];
  const gateways = [addressOfHardware(seen.address ?? ''), subnet.gateway];
  const present = `${subnet.gateway}/${subnet.prefix}`;
  return addressesOf(seen).filter(
    (shown) => shown !== present && gateways.includes(shown.split('/')[0]),
  );
}

function rangeOf(link: BridgeShown): string | undefined {
  const gateway = addressOfHardware(link.address ?? '');
  const own = addressesOf(link).find((shown) => shown.split('/')[0] === gateway);
  return own === undefined ? undefined : parseSubnet(own).cidr;
}

function addressesOf({ addr_info = [] }: BridgeShown): readonly string[] {
  return addr_info
    .filter((address) => address.family === 'inet')
    .map((address) => `${address.local}/${address.prefixlen}`);
}

async function setSysctls(bridge: string): Promise<void> {
  const conf = `net/ipv4/conf/${bridge}`;
  // Bridged frames must not pass the IP hooks: traffic between two cells of one bridge is switched, and
  // traffic through a published port is routed. The switches are missing without br_netfilter.
  await writeSysctl('net/bridge/bridge-nf-call-iptables', '0');
  await writeSysctl('net/bridge/bridge-nf-call-ip6tables', '0');
  // A cell cannot fake its address towards hosts behind the capsule.
  await writeSysctl(`${conf}/rp_filter`, '1');
  // Lets 127.0.0.1:port of the capsule lead to a cell; the ruleset blocks the opposite direction.
  await writeSysctl(`${conf}/route_localnet`, '1');
  // Hairpin traffic leaves by the interface that it came in on; a redirect would bypass the translation.
  await writeSysctl('net/ipv4/conf/all/send_redirects', '0');
  await writeSysctl(`${conf}/send_redirects`, '0');
  await writeSysctl('net/ipv4/ip_forward', '1');
}
