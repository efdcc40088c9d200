import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_BRIDGE_CIDR, type HostProblem } from '@capsule/core';
import type { HostNames } from '../claim/host-names.ts';
import type { Subnet } from '../claim/subnet.ts';
import { lookForDrops } from '../firewall/look.ts';
import { hostError, problemOf } from '../host-errors.ts';
import { keepFirewallOpen } from '../network/host-firewall.ts';
import { lookAtNetworks } from '../network/look-at-networks.ts';
import { freeRange, overlapping } from '../network/network-overlap.ts';
import { findResolver } from '../resolver/resolv-conf.ts';
import { noexecMountOf } from './look-at-state.ts';

/** The capsule for which the host is looked at. */
export interface CapsulePlace {
  readonly names: HostNames;
  readonly subnet: Subnet;
  readonly stateDir: string;
}

/** Problems of the host, and changes that the launcher has made. */
export interface HostSeen {
  readonly problems: readonly HostProblem[];
  readonly done: readonly string[];
}

/**
 * Finds problems of the host that impair a capsule, and restores the capsule's own rules. An aspect that
 * cannot be examined is a problem of its own, and does not affect the others.
 */
export async function lookAtHost(place: CapsulePlace): Promise<HostSeen> {
  const aspects = {
    forwarding: () => forwarding(),
    firewall: () => firewall(place),
    networks: () => networks(place),
    resolvers: () => resolvers(),
    'state folder': () => state(place),
  };
  const seen = await Promise.all(
    Object.entries(aspects).map(async ([aspect, look]): Promise<HostSeen> => {
      try {
        return await look();
      } catch (cause) {
        const detail = cause instanceof Error ? cause.message : String(cause);
        return found(problemOf(hostError.UNKNOWN({ aspect, detail }, cause)));
      }
    }),
  );
  return {
    problems: seen.flatMap(({ problems }) => problems),
    done: seen.flatMap(({ done }) => done),
  };
}

function found(...problems: readonly HostProblem[]): HostSeen {
  return { problems, done: [] };
}

async function forwarding(): Promise<HostSeen> {
  const isOn = (await readFile('/proc/sys/net/ipv4/ip_forward', 'utf8')).trim() === '1';
  return isOn ? found() : found(problemOf(hostError.FORWARDING_OFF({})));
}

async function firewall({ names, subnet }: CapsulePlace): Promise<HostSeen> {
  const { uplinks } = await lookAtNetworks(names.link);
  const packet = {
    iifname: names.link,
    oifnames: uplinks.map(({ name }) => name),
    source: subnet.capsuleAddress,
  };
  const { done, dropping } = await keepFirewallOpen(names, subnet, () => lookForDrops(packet));
  if (dropping.length === 0) return { problems: [], done };
  const problem = hostError.FIREWALL_DROPS({ chains: dropping, link: names.link });
  return { problems: [problemOf(problem)], done };
}

async function networks({ names, stateDir }: CapsulePlace): Promise<HostSeen> {
  const config = join(stateDir, 'perm/capsuled.json');
  const cidr = bridgeCidr(await textOf(config));
  const { used } = await lookAtNetworks(names.link);
  const others = overlapping(cidr, used).map((range) => `${range.cidr} (${range.by})`);
  if (others.length === 0) return found();
  const free = freeRange(used);
  return found(
    problemOf(hostError.NETWORK_OVERLAP({ cidr, others: [...new Set(others)], free, config })),
  );
}

async function resolvers(): Promise<HostSeen> {
  const { problem } = await findResolver();
  return problem === undefined ? found() : found(problem);
}

async function state({ stateDir }: CapsulePlace): Promise<HostSeen> {
  const folder = join(stateDir, 'perm');
  const mount = noexecMountOf(folder, await readFile('/proc/self/mountinfo', 'utf8'));
  if (mount === undefined) return found();
  return found(problemOf(hostError.STATE_NOEXEC({ folder, mount })));
}

/** An invalid file counts as none here: capsuled refuses to start with it. */
export function bridgeCidr(config: string): string {
  try {
    const { bridge } = JSON.parse(config) as { bridge?: { cidr?: unknown } };
    return typeof bridge?.cidr === 'string' ? bridge.cidr : DEFAULT_BRIDGE_CIDR;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return DEFAULT_BRIDGE_CIDR;
    throw error;
  }
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    return '{}';
  });
}
