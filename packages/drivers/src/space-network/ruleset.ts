import {
  describeHostPort,
  isIPv4,
  NAME_PORT,
  type PublishedPort,
  portKey,
  portsClash,
  RESPONDER_PORT,
} from '@capsule/core';
import { networkError } from './errors.ts';

export interface RulesetSpec {
  readonly spaces: readonly RulesetSpace[];
  readonly ports: readonly PublishedPort[];
  /** TCP ports of the capsule itself that no cell may reach: the control API. */
  readonly closedTcpPorts: readonly number[];
}

/** Ranges of different spaces do not overlap. */
export interface RulesetSpace {
  readonly bridge: string;
  readonly cidr: string;
  /** The bridge's own address. */
  readonly gateway: string;
}

/** The one table of the capsule, family and name. */
export const TABLE = 'inet capsule';

/** The map of published ports in it: protocol and port of the capsule, address and port of the cell. */
export const PUBLISHED = 'published';
/** The same for ports on one address of the capsule, which the key begins with. */
export const PUBLISHED_AT = 'published_at';

/**
 * Returns the whole packet filter of a capsule as one nft transaction that replaces the table.
 *
 * - A published port leads to its cell only when the packet is for an address of the capsule (`fib daddr type
 *   local`): traffic of a cell to the same port of an outside host is left alone. Ports are public: cells of
 *   every space reach them, at the gateway of their own space and at the capsule's other addresses. A port that
 *   is published on one address leads there from no other one.
 * - A packet of a cell for an address in the range of another space, its gateway included, is refused before
 *   any translation. So cells reach another space through published ports only.
 * - A cell that reaches itself or another cell through the capsule's address, and the capsule that reaches a
 *   cell through 127.0.0.1, are masqueraded: otherwise the reply would not come back this way.
 * - UDP has no end of connection: connection tracking would bind a sender that keeps its source port to an
 *   old cell (or to none) for as long as it sends. So packets to a published UDP port are tracked in a zone
 *   named after the target; a new target is a new zone, in which the old entry does not exist. Only the
 *   original direction has the zone, replies need none.
 * - Port 53 of a bridge's address leads to the responder, even if another program of the capsule or a
 *   workload has port 53. Only that bridge reaches the responder. While it is away, no packet reports that: a
 *   resolver gives up when a port is closed, and tries again when it gets no answer.
 * - A cell that floods the responder is limited here, before it takes the others' place in the socket's
 *   queue; programs that only look up names do not come near the limit.
 * - Loopback addresses never arrive over a bridge, whatever `route_localnet` would allow.
 * - Nothing is forwarded except from cells to the outside, within a bridge, and to cells through published
 *   ports; IPv6 not at all.
 */
export function planRuleset(spec: RulesetSpec): string {
  const ports = checkPorts(spec.ports);
  const spaces = spec.spaces.toSorted((a, b) => (a.bridge < b.bridge ? -1 : 1));
  const everywhere = ports.filter(({ hostAddress }) => hostAddress === undefined);
  const atAddress = ports.filter(({ hostAddress }) => hostAddress !== undefined);
  return `table ${TABLE}
delete table ${TABLE}
table ${TABLE} {
  map ${PUBLISHED} {
    type inet_proto . inet_service : ipv4_addr . inet_service
${elements(everywhere.map(targetOf))}  }
  map ${PUBLISHED_AT} {
    type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service
${elements(atAddress.map(targetOf))}  }
  set bridges {
    type ifname
${elements(spaces.map(({ bridge }) => `"${bridge}"`))}  }
  set within_bridge {
    type ifname . ifname
${elements(spaces.map(({ bridge }) => `"${bridge}" . "${bridge}"`))}  }
  set ranges {
    type ipv4_addr; flags interval
${elements(spaces.map(({ cidr }) => cidr))}  }
  set own_range {
    type ifname . ipv4_addr; flags interval
${elements(spaces.map(({ bridge, cidr }) => `"${bridge}" . ${cidr}`))}  }
  set own_gateway {
    type ifname . ipv4_addr
${elements(spaces.map(({ bridge, gateway }) => `"${bridge}" . ${gateway}`))}  }
  set gateways {
    type ipv4_addr
${elements(spaces.map(({ gateway }) => gateway))}  }
  map responders {
    type ipv4_addr : ipv4_addr . inet_service
${elements(spaces.map(({ gateway }) => `${gateway} : ${gateway} . ${RESPONDER_PORT}`))}  }
  set askers {
    type ipv4_addr; size 4096; flags dynamic; timeout 1m;
  }
  map udp_zones {
    typeof udp dport : ct zone
${elements(zonesOf(everywhere))}  }
  map udp_zones_at {
    typeof ip daddr . udp dport : ct zone
${elements(zonesOf(atAddress))}  }
  chain early {
    type filter hook prerouting priority raw; policy accept;
    iifname @bridges ip saddr 127.0.0.0/8 drop
    iifname @bridges ip daddr 127.0.0.0/8 drop
    fib daddr type local ct original zone set udp dport map @udp_zones
    fib daddr type local ct original zone set ip daddr . udp dport map @udp_zones_at
  }
  chain early_own {
    type filter hook output priority raw; policy accept;
    fib daddr type local ct original zone set udp dport map @udp_zones
    fib daddr type local ct original zone set ip daddr . udp dport map @udp_zones_at
  }
  chain between_spaces {
    type filter hook prerouting priority mangle; policy accept;
    iifname @bridges ip daddr @ranges iifname . ip daddr != @own_range reject with icmp admin-prohibited
  }
  chain arriving {
    type nat hook prerouting priority dstnat; policy accept;
    iifname . ip daddr @own_gateway jump to_responder
    fib daddr type local jump to_cell
  }
  chain own {
    type nat hook output priority -100; policy accept;
    jump to_responder
    fib daddr type local jump to_cell
  }
  chain to_responder {
    meta l4proto { tcp, udp } th dport ${NAME_PORT} dnat ip to ip daddr map @responders
  }
  chain to_cell {
    meta nfproto ipv4 meta l4proto { tcp, udp } dnat ip to meta l4proto . th dport map @${PUBLISHED}
    meta l4proto { tcp, udp } dnat ip to ip daddr . meta l4proto . th dport map @${PUBLISHED_AT}
  }
  chain leaving {
    type nat hook postrouting priority srcnat; policy accept;
    oifname "lo" accept
${spaces.map(masquerade).join('')}    ip saddr 127.0.0.0/8 oifname @bridges masquerade
  }
  chain passing {
    type filter hook forward priority filter; policy drop;
    meta nfproto ipv6 drop
    ct state established,related accept
    iifname . oifname @within_bridge accept
    iifname @bridges oifname != @bridges accept
    oifname @bridges ct status dnat accept
  }
  chain to_capsule {
    type filter hook input priority filter; policy accept;
    iifname @bridges meta nfproto ipv6 drop
    iifname . ip daddr @own_gateway udp dport ${RESPONDER_PORT} update @askers { ip saddr limit rate over 5000/second burst 250 packets } drop
    iifname != "lo" iifname . ip daddr != @own_gateway ip daddr @gateways meta l4proto { tcp, udp } th dport ${RESPONDER_PORT} drop
${closed(spec)}  }
  chain from_capsule {
    type filter hook output priority filter; policy accept;
    oifname @bridges icmp type destination-unreachable ${embeddedPort()} drop
  }
}
`;
}

function masquerade({ bridge, cidr }: RulesetSpace): string {
  return `    ip saddr ${cidr} oifname != "${bridge}" masquerade
    ip saddr ${cidr} ip daddr ${cidr} ct status dnat masquerade
`;
}

/** The port of the UDP packet that an ICMP error is about: after 8 bytes of ICMP, 20 of IP and 2 of UDP. */
function embeddedPort(): string {
  return `@th,240,16 { ${NAME_PORT}, ${RESPONDER_PORT} }`;
}

/** Returns the ports in a fixed order. Fails with `NETWORK_*`. Pure. */
export function checkPorts(ports: readonly PublishedPort[]): readonly PublishedPort[] {
  const taken = new Map<string, PublishedPort[]>();
  for (const port of ports) {
    checkPort(port);
    const others = taken.get(portKey(port)) ?? [];
    if (others.some((other) => portsClash(other, port))) {
      throw networkError.PORT_CONFLICT({ port: port.hostPort, protocol: port.protocol });
    }
    taken.set(portKey(port), [...others, port]);
  }
  return ports.toSorted((a, b) => order(a).localeCompare(order(b)));
}

function checkPort({ hostPort, containerPort, protocol, address, hostAddress }: PublishedPort) {
  if (!isPort(hostPort)) throw networkError.PORT_INVALID({ port: hostPort, protocol });
  if (!isPort(containerPort)) throw networkError.PORT_INVALID({ port: containerPort, protocol });
  for (const one of [address, hostAddress ?? address]) {
    if (!isIPv4(one)) throw networkError.ADDRESS_OUTSIDE({ address: one, cidr: 'IPv4' });
  }
}

/** An element of the map of ports that have an address of the capsule, or of that of the others. */
function targetOf({ hostAddress, protocol, hostPort, address, containerPort }: PublishedPort) {
  const at = hostAddress === undefined ? '' : `${hostAddress} . `;
  return `${at}${protocol} . ${hostPort} : ${address} . ${containerPort}`;
}

function zonesOf(ports: readonly PublishedPort[]): readonly string[] {
  return ports
    .filter(({ protocol }) => protocol === 'udp')
    .map((port) => {
      const at = port.hostAddress === undefined ? '' : `${port.hostAddress} . `;
      return `${at}${port.hostPort} : ${zoneOf(port)}`;
    });
}

function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 65535;
}

function order(port: PublishedPort): string {
  return `${port.protocol} ${String(port.hostPort).padStart(5, '0')} ${describeHostPort(port)}`;
}

/** Returns 1 to 65535, spread by FNV-1a over address and port of the target. */
function zoneOf(port: PublishedPort): number {
  let hash = 0x811c9dc5;
  for (const char of `${port.address}:${port.containerPort}`) {
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return 1 + (hash % 65535);
}

/** nft refuses an empty element list. */
function elements(items: readonly string[]): string {
  if (items.length === 0) return '';
  return `    elements = {\n${items.map((item) => `      ${item},\n`).join('')}    }\n`;
}

function closed(spec: RulesetSpec): string {
  if (spec.closedTcpPorts.length === 0) return '';
  const list = spec.closedTcpPorts.join(', ');
  return `    iifname @bridges tcp dport { ${list} } reject with tcp reset\n`;
}
