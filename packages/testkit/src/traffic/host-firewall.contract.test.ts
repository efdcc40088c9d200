import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { run } from '@capsule/host';
import { connectNetwork, enableForwarding, hostNames, lookAtHost } from '@capsule/launcher';
import { inOwnNamespaces } from './own-namespaces.ts';
import { TrafficAgent } from './traffic-agent.ts';

const NAMES = hostNames('fw');
const SUBNET = {
  cidr: '10.213.0.0/30',
  hostAddress: '10.213.0.1',
  capsuleAddress: '10.213.0.2',
};
const PLACE = { names: NAMES, subnet: SUBNET, stateDir: '/perm-of-nobody' };
const OUTSIDE = { protocol: 'tcp', address: '192.0.2.2', port: 8000 } as const;
/** Long enough for an answer, and for the silence of a packet that is dropped. */
const PATIENCE_MS = 1_500;

const ip = (lines: readonly string[]) => run('ip', ['-batch', '-'], { input: lines.join('\n') });
const nft = (input: string) => run('nft', ['-f', '-'], { input });
const iptables = async (program: string, ...rules: readonly string[]) => {
  for (const rule of rules) await run(program, ['-w', ...rule.split(' ')]);
};
const newer = (...rules: readonly string[]) => iptables('iptables-nft', ...rules);
const older = (...rules: readonly string[]) => iptables('iptables-legacy', ...rules);

const UFW = [
  '-N ufw-before-forward',
  '-N ufw-user-forward',
  '-A ufw-before-forward -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
  '-A ufw-before-forward -p icmp -j ACCEPT',
  '-A ufw-before-forward -j ufw-user-forward',
  '-A FORWARD -j ufw-before-forward',
  '-P FORWARD DROP',
];

const firewalld = (trusted: string) => `table inet firewalld {
  chain filter_FORWARD {
    type filter hook forward priority filter + 10; policy accept;
    ct state { established, related } accept
    ct status dnat accept
    iifname "lo" accept
    ct state vmap { established : accept, invalid : drop }
    ip6 daddr { ::/96, 2002::/24 } reject with icmpv6 addr-unreachable
    jump zones
    reject with icmpx admin-prohibited
  }
  chain zones {
    ${trusted}
    iifname "up0" goto public
    goto public
  }
  chain public { ip saddr 198.51.100.0/24 accept; }
  chain trusted { accept; }
}
`;

/** Firewalls as hosts have them, and whether a capsule can open connections to the outside then. */
const FIREWALLS: Readonly<Record<string, { set: () => Promise<unknown>; passes: boolean }>> = {
  'no firewall': { set: async () => undefined, passes: true },
  'Docker, started after the capsule': {
    set: () =>
      newer(
        ...['-N DOCKER-USER', '-N DOCKER-FORWARD', '-A FORWARD -j DOCKER-USER'],
        ...['-A FORWARD -j DOCKER-FORWARD', '-P FORWARD DROP'],
      ),
    passes: true,
  },
  'ufw, which routes nothing': { set: () => newer(...UFW), passes: false },
  'ufw with a rule for the capsule': {
    set: () =>
      newer(...UFW, `-A ufw-user-forward -i ${NAMES.link} -m comment --comment us -j ACCEPT`),
    passes: true,
  },
  'ufw beside Docker': {
    set: () => newer('-N DOCKER-USER', ...UFW, '-A FORWARD -j DOCKER-USER'),
    passes: true,
  },
  'firewalld, whose last rule refuses': { set: () => nft(firewalld('')), passes: false },
  'firewalld that trusts the capsule': {
    set: () => nft(firewalld(`iifname "${NAMES.link}" goto trusted`)),
    passes: true,
  },
  'firewalld that trusts others': {
    set: () => nft(firewalld('iifname { "docker0", "virbr*" } goto trusted')),
    passes: false,
  },
  'a policy of nftables': {
    set: () =>
      nft(
        'table inet f { chain forwarded { type filter hook forward priority 0; policy drop; }; }',
      ),
    passes: false,
  },
  'a policy with a rule for private addresses': {
    set: () =>
      nft(`table ip f { chain forwarded { type filter hook forward priority 0; policy drop;
        ct state established accept; ip saddr { 10.0.0.0/8, 192.168.0.0/16 } accept; }; }`),
    passes: true,
  },
  'a chain of IPv6 only': {
    set: () =>
      nft('table ip6 f { chain forwarded { type filter hook forward priority 0; policy drop; }; }'),
    passes: true,
  },
  'a chain that refuses what others send': {
    set: () =>
      nft(`table ip f { chain forwarded { type filter hook forward priority 0; policy accept;
        iifname != "${NAMES.link}" oifname != "${NAMES.link}" drop; udp dport 1-65535 drop; }; }`),
    passes: true,
  },
  'the older packet filter': { set: () => older('-P FORWARD DROP'), passes: false },
  'the older packet filter with a rule for the capsule': {
    set: () =>
      older(
        '-P FORWARD DROP',
        `-A FORWARD -i ${NAMES.link} -j ACCEPT`,
        `-A FORWARD -o ${NAMES.link} -m conntrack --ctstate ESTABLISHED -j ACCEPT`,
      ),
    passes: true,
  },
  'rules that were reloaded, without those of the capsule': {
    set: () =>
      nft('flush ruleset\ntable inet own { chain input { type filter hook input priority 0; }; }'),
    passes: true,
  },
};

if (await inOwnNamespaces(import.meta.filename)) {
  suite('the host of a capsule', { concurrency: false }, () => {
    let outside: TrafficAgent;
    let capsule: TrafficAgent;

    before(async () => {
      await ip([
        'netns add outside',
        'link add up0 mtu 1400 type veth peer name eth0 mtu 1400 netns outside',
        'address add 192.0.2.1/24 dev up0',
        'link set up0 up',
        'route add default via 192.0.2.2',
      ]);
      await run('ip', ['-netns', 'outside', 'link', 'set', 'eth0', 'up']);
      await run('ip', ['-netns', 'outside', 'address', 'add', '192.0.2.2/24', 'dev', 'eth0']);
      await writeFile('/proc/sys/net/ipv4/ip_forward', '0');
      assert.equal(await enableForwarding(), true);
      assert.equal(await enableForwarding(), false);
      await connectNetwork(NAMES, SUBNET);
      outside = new TrafficAgent('outside');
      await outside.serve('outside', OUTSIDE);
      capsule = new TrafficAgent(NAMES.netns);
    });
    after(async () => {
      await outside[Symbol.asyncDispose]();
      await capsule[Symbol.asyncDispose]();
    });

    const codes = async () => (await lookAtHost(PLACE)).problems.map(({ code }) => code);
    const answer = () => capsule.ask({ ...OUTSIDE, patienceMs: PATIENCE_MS });

    for (const [what, { set, passes }] of Object.entries(FIREWALLS)) {
      test(`a blocked route is reported, and an open one is not: ${what}`, async () => {
        await nft('flush ruleset');
        await older('-P FORWARD ACCEPT', '-F', '-X');
        await connectRules();
        await set();
        const found = (await codes()).filter((code) => code === 'HOST_FIREWALL_DROPS');
        assert.deepEqual(found, passes ? [] : ['HOST_FIREWALL_DROPS']);
        assert.equal(/^outside saw/.test(await answer()), passes);
        assert.deepEqual((await lookAtHost(PLACE)).done, [], 'a second look mends nothing');
      });
    }

    test("the MTU of a capsule's link is at most that of the uplink", async () => {
      const { stdout } = await run('ip', ['-netns', NAMES.netns, '-json', 'link', 'show', 'eth0']);
      assert.equal((JSON.parse(stdout) as { mtu: number }[])[0]?.mtu, 1400);
    });

    test('a host network that overlaps the workload network is reported by name', async () => {
      assert.equal((await codes()).includes('HOST_NETWORK_OVERLAP'), false);
      await ip([
        'link add lan0 type bridge',
        'address add 172.20.254.77/24 dev lan0',
        'link set lan0 up',
      ]);
      const { problems } = await lookAtHost(PLACE);
      const problem = problems.find(({ code }) => code === 'HOST_NETWORK_OVERLAP');
      assert.match(problem?.message ?? '', /172\.20\.254\.0\/24 \(lan0\)/);
      assert.match(problem?.hint ?? '', /"10\.88\.254\.0\/24"/);
    });

    test('forwarding that is turned off later is reported, and not turned on again', async () => {
      await writeFile('/proc/sys/net/ipv4/ip_forward', '0');
      assert.ok((await codes()).includes('HOST_FORWARDING_OFF'));
      assert.equal((await readFile('/proc/sys/net/ipv4/ip_forward', 'utf8')).trim(), '0');
    });
  });
}

/** The rules that `connectNetwork` loads, after a test before has removed it. */
async function connectRules(): Promise<void> {
  await lookAtHost(PLACE);
}
