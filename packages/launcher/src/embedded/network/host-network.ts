import { exists, run } from '@capsule/host';
import { type Claim, readClaims } from '../claim/claim.ts';
import type { HostNames } from '../claim/host-names.ts';
import { parseRange, pickSubnet, type Range, type Subnet } from '../claim/subnet.ts';
import { closeFirewall, openFirewall } from './host-firewall.ts';
import { lookAtNetworks } from './look-at-networks.ts';

/** Chooses addresses for a capsule. Call it under the network lock, and write the claim before you leave it. */
export async function chooseSubnet(name: string, pool: string): Promise<Subnet> {
  const [routes, links, claims] = await Promise.all([
    ipJson<{ dst?: string }>(['-4', 'route', 'show', 'table', 'all']),
    ipJson<{ addr_info?: readonly { local?: string; prefixlen?: number }[] }>([
      '-4',
      'addr',
      'show',
    ]),
    readClaims(),
  ]);
  const addresses = links
    .flatMap((link) => link.addr_info ?? [])
    .map((info) => `${info.local}/${info.prefixlen}`);
  const taken = [
    ...routes.map((route) => route.dst ?? ''),
    ...addresses,
    ...claims.filter((claim: Claim) => claim.name !== name).map((claim) => claim.subnet.cidr),
  ];
  return pickSubnet(
    name,
    pool,
    taken.map(parseRange).filter((r): r is Range => r !== undefined),
  );
}

/** The MTU: with a larger one the host would fragment packets, or lose them behind an uplink below Ethernet's. */
const MOST_BYTES = 1500;
/** The least that IPv4 hosts carry without fragmenting. */
const LEAST_BYTES = 576;

/**
 * Makes the namespace, the veth pair and the rules. Its MTU is that of the host's uplink, from which the capsule
 * takes that of its workloads. Not idempotent: take down first.
 */
export async function connectNetwork(names: HostNames, subnet: Subnet): Promise<void> {
  const { netns, link } = names;
  const { uplinks } = await lookAtNetworks(link);
  const least = Math.min(MOST_BYTES, ...uplinks.map(({ mtu }) => mtu));
  const mtu = `mtu ${Math.max(LEAST_BYTES, least)}`;
  await batch(
    [],
    [
      `netns add ${netns}`,
      `link add ${link} ${mtu} type veth peer name eth0 ${mtu} netns ${netns}`,
      `addr add ${subnet.hostAddress}/30 dev ${link}`,
      `link set ${link} up`,
    ],
  );
  await batch(
    ['-netns', netns],
    [
      'link set lo up',
      `addr add ${subnet.capsuleAddress}/30 dev eth0`,
      'link set eth0 up',
      `route add default via ${subnet.hostAddress}`,
    ],
  );
  await openFirewall(names, subnet);
}

/** Removes whatever exists of the network. Idempotent. */
export async function disconnectNetwork(names: HostNames): Promise<void> {
  await closeFirewall(names);
  if (await exists(`/sys/class/net/${names.link}`)) {
    await run('ip', ['link', 'delete', names.link], { allow: [0, 1] });
  }
  if (await exists(`/run/netns/${names.netns}`)) {
    await run('ip', ['netns', 'delete', names.netns]);
  }
}

function batch(options: readonly string[], lines: readonly string[]): Promise<unknown> {
  return run('ip', [...options, '-batch', '-'], { input: `${lines.join('\n')}\n` });
}

async function ipJson<T>(args: readonly string[]): Promise<readonly T[]> {
  const { stdout } = await run('ip', ['-json', ...args]);
  return JSON.parse(stdout.trim() || '[]') as readonly T[];
}
