import { readFile } from 'node:fs/promises';
import { isIPv4, type MachineRanges } from '@capsule/core';
import { ipShowAll, parseResolvConf, unlessMissing } from '@capsule/host';

export interface RouteShown {
  readonly dst?: string;
  readonly gateway?: string;
  readonly prefsrc?: string;
  readonly nexthops?: readonly { readonly gateway?: string }[];
}

export interface AddressShown {
  readonly addr_info?: readonly {
    readonly family?: string;
    readonly local?: string;
    readonly address?: string;
    readonly prefixlen?: number;
  }[];
}

/** Reads routes, addresses and resolvers of the capsule's own network. */
export class KernelRanges implements MachineRanges {
  readonly #resolvConf: string;

  constructor(resolvConf = '/etc/resolv.conf') {
    this.#resolvConf = resolvConf;
  }

  async usedRanges(signal?: AbortSignal): Promise<readonly string[]> {
    const [[routes, addresses], text] = await Promise.all([
      ipShowAll(['route show table all', 'address show'], { signal }),
      unlessMissing(readFile(this.#resolvConf, 'utf8')),
    ]);
    return [
      ...rangesOfRoutes(routes as readonly RouteShown[]),
      ...rangesOfAddresses(addresses as readonly AddressShown[]),
      ...parseResolvConf(text ?? '').nameservers.filter(isIPv4),
    ];
  }
}

/** A VPN that takes all traffic has routes such as 0.0.0.0/1: they are no network that the machine is in. */
const LEAST_PREFIX = 8;

/** Destinations, and the gateways that lead to them. Pure. */
export function rangesOfRoutes(routes: readonly RouteShown[]): readonly string[] {
  return routes.flatMap(({ dst = 'default', gateway, prefsrc, nexthops = [] }) => {
    const gateways = [gateway, prefsrc, ...nexthops.map((hop) => hop.gateway)];
    return [...(isDefault(dst) ? [] : [dst]), ...gateways.filter((one) => one !== undefined)];
  });
}

function isDefault(dst: string): boolean {
  return dst === 'default' || Number(dst.split('/')[1] ?? 32) < LEAST_PREFIX;
}

/** An interface that is down has no route, and keeps its network. Pure. */
export function rangesOfAddresses(links: readonly AddressShown[]): readonly string[] {
  return links
    .flatMap(({ addr_info = [] }) => addr_info)
    .filter(({ family }) => family === 'inet')
    .flatMap(({ local, address, prefixlen = 32 }) =>
      [local, address].flatMap((one) => (one === undefined ? [] : [`${one}/${prefixlen}`])),
    );
}
