import { nftHasTable, nftLoad, run } from '@capsule/host';
import type { HostNames } from '../claim/host-names.ts';
import type { Subnet } from '../claim/subnet.ts';

const DOCKER_CHAIN = 'DOCKER-USER';

/** The rules of one capsule, replaced as a whole. Table and rules vanish together. */
export function firewallRules(names: HostNames, subnet: Subnet): string {
  const { link, table } = names;
  return `table ip ${table}
delete table ip ${table}
table ip ${table} {
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr ${subnet.cidr} oifname != "${link}" masquerade
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
    iifname "${link}" accept
    oifname "${link}" accept
  }
}
`;
}

/** Loads the capsule's own rules. Idempotent. */
export async function openFirewall(names: HostNames, subnet: Subnet): Promise<void> {
  await nftLoad(firewallRules(names, subnet));
}

/** The repairs that were made, and the chains that still drop the capsule's packets. */
export interface FirewallSeen {
  readonly done: readonly string[];
  readonly dropping: readonly string[];
}

/**
 * Restores the rules of the capsule that another program has removed: one that loads its own rules begins with
 * `flush ruleset`, and Docker's chain for users may come later than the capsule. Idempotent.
 */
export async function keepFirewallOpen(
  names: HostNames,
  subnet: Subnet,
  lookForDrops: () => Promise<readonly string[]>,
): Promise<FirewallSeen> {
  const done: string[] = [];
  if (!(await nftHasTable(`ip ${names.table}`))) {
    await openFirewall(names, subnet);
    done.push(
      'restored the rules of the capsule, which were missing from the firewall of this host',
    );
  }
  const dropping = await lookForDrops();
  if (dropping.length === 0 || !(await openDocker(names.link))) return { done, dropping };
  done.push(`${DOCKER_CHAIN} of this host now accepts packets from and to ${names.link}`);
  return { done, dropping: await lookForDrops() };
}

/** Idempotent. */
export async function closeFirewall(names: HostNames): Promise<void> {
  await run('nft', ['delete', 'table', 'ip', names.table], { allow: [0, 1] });
  await closeDocker(names.link);
}

/**
 * Docker drops traffic of anything that it did not start, unless its chain for users accepts it. Returns true
 * if this call has changed that chain.
 */
async function openDocker(link: string): Promise<boolean> {
  const { exitCode, stdout } = await iptables(['-S', DOCKER_CHAIN]);
  if (exitCode !== 0 || rulesOf(stdout, link).length === dockerRules(link).length) return false;
  await closeDocker(link);
  for (const rule of dockerRules(link)) {
    const { exitCode } = await iptables(['-I', DOCKER_CHAIN, ...rule]);
    if (exitCode !== 0) return false;
  }
  return true;
}

async function closeDocker(link: string): Promise<void> {
  const { stdout } = await iptables(['-S', DOCKER_CHAIN]);
  for (const line of rulesOf(stdout, link)) await iptables(['-D', ...line.split(' ').slice(1)]);
}

function rulesOf(listed: string, link: string): readonly string[] {
  return listed.split('\n').filter((line) => line.split(' ').includes(link));
}

function dockerRules(link: string): readonly (readonly string[])[] {
  return [
    ['-i', link, '-j', 'ACCEPT'],
    ['-o', link, '-j', 'ACCEPT'],
  ];
}

async function iptables(
  args: readonly string[],
): Promise<{ readonly exitCode: number; readonly stdout: string }> {
  try {
    return await run('iptables', ['-w', ...args], { allow: [0, 1, 2, 3, 4] });
  } catch (cause) {
    // A machine without iptables has no Docker chains either.
    if ((cause as { code?: string }).code === 'PROCESS_NOT_STARTED')
      return { exitCode: 1, stdout: '' };
    throw cause;
  }
}
