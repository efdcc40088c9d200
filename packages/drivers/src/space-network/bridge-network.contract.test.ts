import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open as openFile, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { listPids, namespaceNames, namespaceState, readEntry, run } from '@capsule/host';
import {
  cellNetworkContract,
  inOwnNamespaces,
  spaceNetworksContract,
  TrafficAgent,
} from '@capsule/testkit';
import { BridgeNetwork } from './bridge-network.ts';
import { listLinks } from './cell-link.ts';
import { withoutIpv6 } from './link-options.ts';

const KEY = 'main_default_default_web';
const WEB = { key: KEY, hostname: 'web', address: '172.20.254.10' };
const LINK = 'capac14fe0a';
const MAIN = { key: 'main_default', bridge: 'br0', cidr: '172.20.254.0/24' };

if (await inOwnNamespaces(import.meta.filename)) {
  cellNetworkContract('bridge', async (t) => {
    const network = await open(t);
    return { network, reopen: () => prepared() };
  });

  spaceNetworksContract('bridge', async (t) => {
    const network = await open(t);
    return { network, reopen: () => prepared() };
  });

  suite('bridge network', () => {
    /** The states in which `ip` and the files are left when an attach is killed at that step. */
    const HALF_DONE: readonly (readonly [string, () => Promise<void>])[] = [
      ['an empty namespace file', () => emptyNamespaceFile()],
      ['a namespace', () => ip(`netns add ${KEY}`)],
      ['a link that names no owner', () => ip(`netns add ${KEY}`, linkAdd())],
      ['a link that is not in the bridge', () => ip(`netns add ${KEY}`, linkAdd(), named())],
      [
        'a cell without address',
        () => ip(`netns add ${KEY}`, linkAdd(), `${named()} master br0 up`),
      ],
      ['a link of another owner', () => ip('netns add other', linkAdd('other'), named('x_y_z_o'))],
    ];
    for (const [what, make] of HALF_DONE) {
      test(`attach completes ${what}`, async (t) => {
        const network = await open(t);
        await make();
        assert.notEqual((await network.inspect(KEY))?.complete, true);
        await network.attach(WEB);
        await assertWorks(network);
      });

      test(`detach removes ${what}`, async (t) => {
        const network = await open(t);
        await make();
        for (const seen of await network.list()) await network.detach(seen.key);
        assert.equal((await network.list()).length, 0);
        await prepared();
        await assertNothingLeft();
      });
    }

    const DAMAGE: readonly (readonly [string, () => Promise<void>])[] = [
      ['its link was deleted', () => ip(`link delete ${LINK}`)],
      ['its link was set down', () => ip(`link set ${LINK} down`)],
      ['its link was taken out of the bridge', () => ip(`link set ${LINK} nomaster`)],
      ['its own end was set down', () => inside('link set eth0 down')],
    ];
    for (const [what, break_] of DAMAGE) {
      test(`damage is detected and repaired when ${what}`, async (t) => {
        const network = await open(t);
        await network.attach(WEB);
        await break_();
        assert.equal((await network.list())[0]?.complete, false);
        await network.attach(WEB);
        await assertWorks(network);
      });
    }

    test('attach repairs a lost address and a lost route', async (t) => {
      const network = await open(t);
      for (const loss of ['address flush dev eth0', 'route delete default', 'link set lo down']) {
        await network.attach(WEB);
        await inside(loss);
        await network.attach(WEB);
        await assertWorks(network);
      }
    });

    test('a repair keeps the namespace of a running cell', async (t) => {
      const network = await open(t);
      await network.attach(WEB);
      await using agent = new TrafficAgent(KEY);
      await agent.serve('web', { protocol: 'tcp', port: 80 });
      await ip(`link delete ${LINK}`);
      await network.attach(WEB);
      await using host = new TrafficAgent();
      const answer = await host.ask({ protocol: 'tcp', address: WEB.address, port: 80 });
      assert.equal(answer, 'web saw 172.20.254.1');
    });

    test('a process that outlives its cell loses its network and blocks no later cell', async (t) => {
      const network = await open(t);
      await network.attach(WEB);
      await using agent = new TrafficAgent(KEY);
      await agent.serve('stale', { protocol: 'tcp', port: 80 });
      await network.detach(KEY);
      await assertNothingLeft();
      await network.attach(WEB);
      await using host = new TrafficAgent();
      const answer = await host.ask({ protocol: 'tcp', address: WEB.address, port: 80 });
      assert.equal(answer, 'refused');
    });

    test('detach removes the network of a cell that a killed process attached', async (t) => {
      const network = await open(t);
      await network.attach(WEB);
      await new BridgeNetwork().detach(KEY);
      await assertNothingLeft();
    });

    test('an aborted attach writes nothing after the detach', async (t) => {
      await open(t);
      const resolvConf = join(await mkdtemp(join(tmpdir(), 'capsule-fifo-')), 'resolv.conf');
      t.after(() => rm(dirname(resolvConf), { recursive: true }));
      await run('mkfifo', [resolvConf]);
      const network = new BridgeNetwork({ resolvConf });
      const preparing = network.prepareSpace(MAIN);
      await writeFile(resolvConf, '');
      await preparing;
      const ended: string[] = [];
      const attach = assert.rejects(network.attach(WEB, AbortSignal.abort()));
      const works = [
        attach.then(() => ended.push('attach')),
        network.detach(KEY).then(() => ended.push('detach')),
      ];
      // Opens when the attach reads, which then waits until the writer closes.
      await using writer = await openFile(resolvConf, 'w');
      // Takes longer than an attach that waits for nothing.
      await run('ip', ['link', 'show']);
      assert.deepEqual(ended, []);
      await writer.close();
      await Promise.all(works);
      assert.deepEqual(ended, ['attach', 'detach']);
      await assertNothingLeft();
    });

    test('foreign namespaces and links are left alone', async (t) => {
      const network = await open(t);
      await ip('netns add foreign', 'link add capital type veth peer name capac14fe0');
      t.after(() => ip('netns delete foreign', 'link delete capital'));
      await network.prepare();
      assert.deepEqual(await network.list(), []);
      await network.detach('foreign_else');
      await prepared();
      assert.deepEqual(await namespaceNames(), ['foreign']);
      await ip('link set capital up', 'link set capac14fe0 up');
    });

    test('prepare repairs the bridge, and moves it to another subnet', async (t) => {
      const network = await open(t);
      await ip('address flush dev br0', 'link set br0 down');
      await network.prepareSpace(MAIN);
      assert.deepEqual(await bridgeAddresses(), ['172.20.254.1/24']);
      await prepared({}, { ...MAIN, cidr: '10.9.8.0/22' });
      assert.deepEqual(await bridgeAddresses(), ['10.9.8.1/22']);
      await prepared({}, { ...MAIN, cidr: '10.9.8.0/24' });
      assert.deepEqual(await bridgeAddresses(), ['10.9.8.1/24']);
      await network.prepareSpace(MAIN);
      assert.deepEqual(await bridgeAddresses(), ['172.20.254.1/24']);
    });

    test('addresses that another program added to a bridge stay', async (t) => {
      const network = await open(t);
      await ip('address add 192.0.2.77/32 dev br0');
      t.after(() => ip('address delete 192.0.2.77/32 dev br0'));
      for (const cidr of ['10.9.8.0/24', MAIN.cidr]) {
        await network.prepareSpace({ ...MAIN, cidr });
        const gateway = cidr.replace('.0/', '.1/');
        assert.deepEqual(
          (await bridgeAddresses()).toSorted(),
          [gateway, '192.0.2.77/32'].toSorted(),
        );
      }
      assert.equal((await network.listSpaces())[0]?.cidr, MAIN.cidr);
    });

    test('a device of another program is no bridge of a space, and stays as it is', async (t) => {
      const network = await open(t);
      await ip('link add kb0123456789 type bridge', 'address add 192.0.2.7/24 dev kb0123456789');
      t.after(() => ip('link delete kb0123456789'));
      const space = { key: 'main_prod', bridge: 'kb0123456789', cidr: '10.88.0.0/24' };
      await assert.rejects(network.prepareSpace(space), { code: 'NETWORK_BRIDGE_TAKEN' });
      await prepared();
      await network.removeSpace('main_prod');
      assert.deepEqual(
        (await network.listSpaces()).map(({ key }) => key),
        ['main_default'],
      );
      await ip('link set kb0123456789 up');
    });

    test('a bridge that an earlier version made is taken over with its cells', async (t) => {
      const network = await open(t);
      await network.attach(WEB);
      await ip('link set br0 alias ""');
      assert.deepEqual(await network.listSpaces(), []);
      const later = await prepared();
      assert.deepEqual(await later.listSpaces(), [{ ...MAIN, isUp: true }]);
      await assertWorks(later);
    });

    test('a space whose bridge gets another name takes its cells along', async (t) => {
      const network = await open(t);
      await network.attach(WEB);
      const later = await prepared({}, { ...MAIN, bridge: 'br1' });
      t.after(() => network.prepareSpace(MAIN));
      assert.deepEqual(await later.listSpaces(), [{ ...MAIN, bridge: 'br1', isUp: true }]);
      await later.attach(WEB);
      await assertWorks(later);
    });

    /** The states in which a killed process leaves a space while it prepares it. */
    const HALF_MADE: readonly (readonly [string, readonly string[]])[] = [
      ['a bridge that names no space', [makeBridge()]],
      ['a bridge without address', [makeBridge(), 'link set kb0123456789 alias main_prod']],
      [
        'a bridge that is down',
        [
          makeBridge(),
          'link set kb0123456789 alias main_prod',
          'address add 10.88.0.1/24 dev kb0123456789',
        ],
      ],
    ];
    for (const [state, commands] of HALF_MADE) {
      test(`a space is completed or removed from ${state}`, async (t) => {
        await open(t);
        const space = { key: 'main_prod', bridge: 'kb0123456789', cidr: '10.88.0.0/24' };
        await ip(...commands);
        const later = await prepared();
        await later.prepareSpace(space);
        assert.deepEqual(
          (await later.listSpaces()).find(({ key }) => key === space.key),
          { ...space, isUp: true },
        );
        await later.removeSpace(space.key);
        await ip(...commands);
        await (await prepared()).removeSpace(space.key);
        const { stdout } = await run('ip', ['link', 'show', 'type', 'bridge']);
        assert.doesNotMatch(stdout, /kb0123456789/);
      });
    }

    test('prepare keeps the published ports of running cells', async (t) => {
      const network = await open(t);
      await network.publish([{ ...WEB, hostPort: 8080, containerPort: 80, protocol: 'tcp' }]);
      await prepared();
      const { stdout } = await run('nft', ['list', 'table', 'inet', 'capsule']);
      assert.match(stdout, /tcp \. 8080 : 172\.20\.254\.10 \. 80/);
    });

    test('a cell works on a kernel without IPv6, and behind an uplink with a small MTU', async (t) => {
      // As with `ipv6.disable=1`: all of /proc/sys/net exists except for one folder.
      const kept = '/run/kept-ipv4';
      const ipv4 = '/proc/sys/net/ipv4';
      await mkdir(kept);
      await run('mount', ['--bind', ipv4, kept]);
      await run('mount', ['-t', 'tmpfs', 'tmpfs', '/proc/sys/net']);
      t.after(() => run('umount', ['-R', '/proc/sys/net', kept]));
      await mkdir(ipv4);
      await run('mount', ['--bind', kept, ipv4]);
      assert.equal(withoutIpv6(), '');
      await ip(
        'link add up0 mtu 1400 type veth peer name up1',
        'address add 192.0.2.1/24 dev up0',
        'link set up0 up',
        'link set up1 up',
        'route add default via 192.0.2.2',
      );
      t.after(() => ip('link delete up0'));
      const network = await open(t);
      await network.attach(WEB);
      const { stdout } = await run('ip', ['-netns', KEY, '-json', 'link', 'show', 'eth0']);
      assert.equal((JSON.parse(stdout) as { mtu: number }[])[0]?.mtu, 1400);
      assert.equal(network.tap(WEB.address).mtu, 1400);
      await assertWorks(network);
    });

    test('cells get hosts, hostname and the responder with the search domains of the uplink', async (t) => {
      const resolvConf = '/run/uplink-resolv.conf';
      await writeFile(resolvConf, 'nameserver 127.0.0.53\nnameserver 192.0.2.53\nsearch lan\n');
      const network = await open(t, { resolvConf });
      await network.attach(WEB);
      const content = async () =>
        Object.fromEntries(
          await Promise.all(
            network.files(KEY).map(async ({ source, target }) => {
              return [target, await readFile(source, 'utf8')] as const;
            }),
          ),
        );
      assert.deepEqual(await content(), {
        '/etc/hosts':
          '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n172.20.254.10\tweb\n',
        '/etc/hostname': 'web\n',
        '/etc/resolv.conf': resolvers('lan'),
      });
      await writeFile(resolvConf, 'nameserver 192.0.2.54\nsearch office\n');
      await network.refreshResolvers();
      assert.equal((await content())['/etc/resolv.conf'], resolvers('office'));
      const ofCapsule = network.hostFiles(KEY).find(({ target }) => target === '/etc/resolv.conf');
      assert.equal(await readFile(ofCapsule?.source ?? '', 'utf8'), resolvers('office'));
    });

    test('a file that a killed capsuled left half written does not prevent the next prepare', async (t) => {
      const network = await open(t);
      const dns = { nameservers: ['192.0.2.9'], searches: [], options: [] };
      await network.attach({ ...WEB, dns });
      for (const left of ['', '{"names']) {
        await writeFile(`/run/capsule-net/${KEY}/dns`, left);
        await prepared();
      }
      await network.attach({ ...WEB, dns });
      const resolvers = await readFile(`/run/capsule-net/${KEY}/resolv.conf`, 'utf8');
      assert.match(resolvers, /^nameserver 192\.0\.2\.9$/m);
    });

    test('a cell of which only files are left is seen, and detach removes them', async (t) => {
      const network = await open(t);
      await mkdir(`/run/capsule-net/${KEY}`);
      const seen = { key: KEY, link: 'veth', address: undefined, complete: false };
      assert.deepEqual(await network.inspect(KEY), seen);
      await network.detach(KEY);
      assert.equal(await network.inspect(KEY), undefined);
      await assertNothingLeft();
    });

    test('an aborted attach is completed by the next one', async (t) => {
      const network = await open(t);
      const reason = new RangeError('enough');
      const abort = new AbortController();
      const attach = network.attach(WEB, abort.signal);
      setImmediate(() => abort.abort(reason));
      await assert.rejects(attach, reason);
      await network.attach(WEB);
      await assertWorks(network);
    });

    test('after a kill of capsuled at any time, the next one can attach and detach the cell', async (t) => {
      const network = await open(t);
      for (let round = 0; round < 12; round++) {
        await killedAfter(round * 5);
        const later = await prepared();
        if (round % 2 === 0) {
          await later.attach(WEB);
          await assertWorks(later);
        }
        await later.detach(KEY);
        await assertNothingLeft();
      }
      assert.deepEqual(await network.list(), []);
    });
  });
}

function resolvers(search: string): string {
  const own = 'nameserver 172.20.254.1\nsearch default.main.capsule.internal capsule.internal';
  return `${own} ${search}\noptions timeout:3 attempts:5\n`;
}

async function open(t: TestContext, options = {}): Promise<BridgeNetwork> {
  const network = await prepared(options);
  t.after(async () => {
    for (const seen of await network.list()) await network.detach(seen.key);
    if ((await namespaceState('other')) !== 'none') await ip('netns delete other');
    await network.publish([]);
  });
  return network;
}

/** The network of a new capsuled. */
async function prepared(options = {}, space = MAIN): Promise<BridgeNetwork> {
  const network = new BridgeNetwork(options);
  await network.prepare();
  await network.prepareSpace(space);
  return network;
}

/**
 * Attaches and detaches in a process of its own, and kills it a while after it began. Resolves when the
 * helpers of that process have ended too, before which PID 1 starts no other capsuled.
 */
async function killedAfter(milliseconds: number): Promise<void> {
  const program = `
    import { BridgeNetwork } from ${JSON.stringify(`${import.meta.dirname}/bridge-network.ts`)};
    const network = new BridgeNetwork();
    await network.prepareSpace(${JSON.stringify(MAIN)});
    process.stdout.write('ready');
    for (;;) {
      await network.attach(${JSON.stringify(WEB)});
      await network.detach(${JSON.stringify(KEY)});
    }`;
  const args = ['--input-type=module-typescript', '--eval', program];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  await once(child.stdout, 'data');
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  child.kill('SIGKILL');
  await once(child, 'exit');
  while (await hasHelpers(child.pid)) await new Promise((resolve) => setTimeout(resolve, 1));
}

/**
 * Returns whether any process of a session still runs. No parent reaps here, so ended ones stay as zombies.
 */
async function hasHelpers(session: number | undefined): Promise<boolean> {
  const entries = await Promise.all((await listPids()).map(readEntry));
  return entries.some((entry) => entry?.session === session && !entry?.isZombie);
}

async function assertWorks(network: BridgeNetwork): Promise<void> {
  const seen = { key: KEY, link: 'veth', address: WEB.address, complete: true };
  assert.deepEqual(await network.inspect(KEY), seen);
  assert.deepEqual(await network.list(), [seen]);
  await inside('route get 192.0.2.1');
  await using agent = new TrafficAgent(KEY);
  const ask = (address: string) => agent.ask({ protocol: 'tcp', address, port: 9 });
  // A connection that is refused has reached the host.
  assert.equal(await ask('127.0.0.1'), 'refused');
  assert.equal(await ask('172.20.254.1'), 'refused');
}

async function assertNothingLeft(): Promise<void> {
  assert.deepEqual(await listLinks(), []);
  assert.equal(await namespaceState(KEY), 'none');
  assert.equal(existsSync(`/run/capsule-net/${KEY}`), false);
}

function makeBridge(): string {
  return 'link add kb0123456789 address 02:ca:0a:58:00:01 type bridge';
}

async function bridgeAddresses(): Promise<readonly string[]> {
  const { stdout } = await run('ip', ['-json', '-4', 'address', 'show', 'dev', 'br0', 'up']);
  const [bridge] = JSON.parse(stdout) as { addr_info: { local: string; prefixlen: number }[] }[];
  return bridge?.addr_info.map(({ local, prefixlen }) => `${local}/${prefixlen}`) ?? [];
}

async function emptyNamespaceFile(): Promise<void> {
  await mkdir('/run/netns', { recursive: true });
  await writeFile(`/run/netns/${KEY}`, '');
}

function linkAdd(namespace = KEY): string {
  return `link add ${LINK} type veth peer name eth0 netns ${namespace}`;
}

function named(key = KEY): string {
  return `link set ${LINK} alias ${key}`;
}

async function ip(...lines: readonly string[]): Promise<void> {
  await run('ip', ['-batch', '-'], { input: lines.map((line) => `${line}\n`).join('') });
}

async function inside(line: string): Promise<void> {
  await run('ip', ['-netns', KEY, ...line.split(' ')]);
}
