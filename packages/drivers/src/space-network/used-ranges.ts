import { readFile } from 'node:fs/promises';
import { isIPv4, type MachineRanges, type RangeUse } from '@capsule/core';
import { ipShowAll, parseResolvConf, unlessMissing } from '@capsule/host';

export interface RouteShown {
  readonly dst?: string;
  readonly gateway?: string;
  readonly prefsrc?: string;
  readonly dev?: string;
  readonly nexthops?: readonly { readonly gateway?: string; readonly dev?: string }[];
}

export interface LinkShown {
  readonly ifname?: string;
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

  async usedRanges(signal?: AbortSignal): Promise<readonly RangeUse[]> {
    const [[routes, addresses], text] = await Promise.all([
      ipShowAll(['route show table all', 'address show'], { signal }),
      unlessMissing(readFile(this.#resolvConf, 'utf8')),
    ]);
    return [
      ...rangesOfRoutes(routes as readonly RouteShown[]),
      ...rangesOfLinks(addresses as readonly LinkShown[]),
      ...rangesOfResolvers(text ?? ''),
    ];
  }
}

/** A VPN that takes all traffic has routes such as 0.0.0.0/1: they are no network that the machine is in. */
const LEAST_PREFIX = 8;

/** Destinations, and the gateways that lead to them. Pure. */
export function rangesOfRoutes(routes: readonly RouteShown[]): readonly RangeUse[] {
  return routes.flatMap(({ dst = 'default', gateway, prefsrc, dev, nexthops = [] }) => [
    ...(isDefault(dst) ? [] : useOf('route', dst, dev)),
    ...useOf('gateway', gateway, dev),
    ...useOf('address', prefsrc, dev),
    ...nexthops.flatMap((hop) => useOf('gateway', hop.gateway, hop.dev)),
  ]);
}

function useOf(use: RangeUse['use'], range?: string, device?: string): readonly RangeUse[] {
  return range === undefined ? [] : [{ range, use, device }];
}

function isDefault(dst: string): boolean {
  return dst === 'default' || Number(dst.split('/')[1] ?? 32) < LEAST_PREFIX;
}

/** An interface that is down has no route, and keeps its network. Pure. */
export function rangesOfLinks(links: readonly LinkShown[]): readonly RangeUse[] {
  return links.flatMap(({ ifname, addr_info = [] }) =>
    addr_info
      .filter(({ family }) => family === 'inet')
      .flatMap(({ local, address, prefixlen = 32 }) =>
        [local, address].flatMap((one) =>
          useOf('address', one === undefined ? one : `${one}/${prefixlen}`, ifname),
        ),
      ),
  );
}

function rangesOfResolvers(text: string): readonly RangeUse[] {
  return parseResolvConf(text)
    .nameservers.filter(isIPv4)
    .flatMap((one) => useOf('resolver', one));
}
