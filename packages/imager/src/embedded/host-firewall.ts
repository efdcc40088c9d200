import { run } from '@capsule/host';
import type { HostNames } from './host-names.ts';
import type { Subnet } from './subnet.ts';

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

/** Idempotent. Returns what stands in the way of forwarding and cannot be helped from here. */
export async function openFirewall(names: HostNames, subnet: Subnet): Promise<readonly string[]> {
  const [{ stdout }] = await Promise.all([
    run('nft', ['-j', 'list', 'chains']),
    run('nft', ['-f', '-'], { input: firewallRules(names, subnet) }),
  ]);
  const dropping = droppingForwardChains(stdout);
  if (dropping.length === 0) return [];
  if (await openDocker(names.link)) return [];
  return [
    `the host's firewall drops forwarded packets (${dropping.join(', ')}): ` +
      `the capsule reaches nothing beyond this host until ${names.link} is accepted there`,
  ];
}

/** Idempotent. */
export async function closeFirewall(names: HostNames): Promise<void> {
  await run('nft', ['delete', 'table', 'ip', names.table], { allow: [0, 1] });
  await closeDocker(names.link);
}

/** Base chains of hook forward whose policy is drop, from `nft -j list chains`. */
export function droppingForwardChains(json: string): readonly string[] {
  const { nftables } = JSON.parse(json) as {
    nftables: readonly { chain?: Record<string, unknown> }[];
  };
  return nftables
    .map(({ chain }) => chain)
    .filter((chain) => chain?.['hook'] === 'forward' && chain['policy'] === 'drop')
    .map((chain) => `${chain?.['family']} ${chain?.['table']} ${chain?.['name']}`);
}

/** Docker drops what it did not start, except what its own chain for users accepts. */
async function openDocker(link: string): Promise<boolean> {
  await closeDocker(link);
  for (const rule of dockerRules(link)) {
    const { exitCode } = await iptables(['-I', DOCKER_CHAIN, ...rule]);
    if (exitCode !== 0) return false;
  }
  return true;
}

async function closeDocker(link: string): Promise<void> {
  const { stdout } = await iptables(['-S', DOCKER_CHAIN]);
  const present = stdout.split('\n').filter((line) => line.split(' ').includes(link));
  for (const line of present) await iptables(['-D', ...line.split(' ').slice(1)]);
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
