import type { Subnet } from '@capsule/core';
import { ipBatch, ipBatchAll, ipShow, readSysctl, writeSysctl } from '@capsule/host';
import { listLinks } from './cell-link.ts';
import { hardwareAddress } from './link-name.ts';
import { withoutIpv6 } from './link-options.ts';

interface LinkShown {
  readonly ifname?: string;
  readonly addr_info?: readonly {
    readonly family: string;
    readonly local: string;
    readonly prefixlen: number;
  }[];
}

/** Makes the bridge with the gateway's address. Idempotent. */
export async function prepareBridge(
  bridge: string,
  { subnet, mtu }: { readonly subnet: Subnet; readonly mtu: number },
  signal?: AbortSignal,
): Promise<void> {
  const links = await ipShow<LinkShown>(['address', 'show'], { signal });
  const seen = links.find((link) => link.ifname === bridge);
  await ipBatch(
    [
      ...(seen === undefined ? [`link add ${bridge} type bridge`] : []),
      `link set ${bridge} type bridge stp_state 0 forward_delay 0`,
      // A bridge without a fixed address takes that of its lowest port, which comes and goes.
      `link set ${bridge} address ${hardwareAddress(subnet.gateway)} ${withoutIpv6()} mtu ${mtu} up`,
      ...strangeAddresses(seen, subnet).map((other) => `address delete ${other} dev ${bridge}`),
      `address replace ${subnet.gateway}/${subnet.prefix} brd + dev ${bridge}`,
    ],
    { signal },
  );
  await setSysctls(bridge);
}

/**
 * Removes cell links without an owner: an attach that was killed between making a link and naming its owner
 * leaves one. Call it only while no attach is under way.
 */
export async function removeOrphanLinks(signal?: AbortSignal): Promise<void> {
  const orphans = (await listLinks('', signal)).filter((link) => link.key === undefined);
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

function strangeAddresses(seen: LinkShown | undefined, subnet: Subnet): readonly string[] {
  const own = `${subnet.gateway}/${subnet.prefix}`;
  return (seen?.addr_info ?? [])
    .filter((address) => address.family === 'inet')
    .map((address) => `${address.local}/${address.prefixlen}`)
    .filter((address) => address !== own);
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
