import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { readSysctl, run } from '@capsule/host';
import {
  cellTrafficContract,
  inOwnNamespaces,
  TRAFFIC_LAB,
  TrafficAgent,
  TrafficLab,
} from '@capsule/testkit';
import { BridgeNetwork } from './bridge-network.ts';

const BRIDGE_HOOKS = 'net/bridge/bridge-nf-call-iptables';

if (await inOwnNamespaces(import.meta.filename)) {
  cellTrafficContract('bridge', async () => {
    const network = await prepared();
    assert.notEqual(await readSysctl(BRIDGE_HOOKS), '1');
    return network;
  });

  // As on a machine where another program loads br_netfilter later, or switches its hooks on.
  if ((await readSysctl(BRIDGE_HOOKS)) !== undefined) {
    cellTrafficContract('a bridge whose frames pass the IP hooks', async () => {
      const network = await prepared();
      await writeFile(`/proc/sys/${BRIDGE_HOOKS}`, '1');
      return network;
    });
  }

  test('no cell reaches listeners on the loopback of the capsule', async () => {
    await using lab = await TrafficLab.open(await prepared());
    await lab.capsule.serve('private', { protocol: 'udp', port: 9999, address: '127.0.0.1' });
    await run('ip', ['-netns', TRAFFIC_LAB.db.key, '-batch', '-'], { input: SEND_LOOPBACK_OUT });
    const localnet = '/proc/sys/net/ipv4/conf/eth0/route_localnet';
    await run('ip', ['netns', 'exec', TRAFFIC_LAB.db.key, 'tee', localnet], { input: '1' });
    const asked = { protocol: 'udp', address: '127.0.0.1', port: 9999 } as const;
    assert.equal(await lab.db.ask({ ...asked, patienceMs: 700 }), 'silent');
    assert.equal(await lab.capsule.ask(asked), 'private saw 127.0.0.1');
  });

  suite('several spaces', () => {
    let spaces: Awaited<ReturnType<typeof openSpaces>>;
    before(async () => {
      spaces = await openSpaces();
    });
    after(() => spaces[Symbol.asyncDispose]());

    test('cells of one space reach each other and the outside, as those of the other do', async () => {
      const { lab, far, near } = spaces;
      for (const protocol of BOTH) {
        const ask = (agent: TrafficAgent, address: string, port: number) =>
          agent.ask({ protocol, address, port });
        assert.equal(await ask(near, FAR.address, 80), `far saw ${NEAR.address}`);
        assert.equal(
          await ask(lab.web, TRAFFIC_LAB.db.address, 80),
          `db saw ${TRAFFIC_LAB.web.address}`,
        );
        assert.equal(
          await ask(far, TRAFFIC_LAB.outside, 8080),
          `outside saw ${TRAFFIC_LAB.uplink}`,
        );
        assert.equal(await ask(lab.capsule, FAR.address, 80), `far saw ${PROD_GATEWAY}`);
      }
    });

    test('cells of different spaces reach neither one another nor the other gateway', async () => {
      const { lab, far } = spaces;
      for (const protocol of BOTH) {
        await lab.capsule.serve('capsule', { protocol, port: 7000 });
        const own = { protocol, address: PROD_GATEWAY, port: 7000 };
        assert.equal(await far.ask(own), `capsule saw ${FAR.address}`);
        const refused: readonly (readonly [TrafficAgent, string, number])[] = [
          [far, TRAFFIC_LAB.web.address, 80],
          [far, TRAFFIC_LAB.gateway, 7000],
          [far, TRAFFIC_LAB.gateway, 8080],
          [lab.web, FAR.address, 80],
          [lab.web, PROD_GATEWAY, 7000],
          [lab.web, PROD_GATEWAY, 8090],
        ];
        for (const [agent, address, port] of refused) {
          assert.equal(await agent.ask({ protocol, address, port }), 'EHOSTUNREACH', address);
        }
      }
    });

    test('published ports are public: cells of other spaces reach them too', async () => {
      const { lab, far, near } = spaces;
      for (const protocol of BOTH) {
        const ask = (agent: TrafficAgent, address: string, port: number) =>
          agent.ask({ protocol, address, port });
        for (const address of [TRAFFIC_LAB.uplink, PROD_GATEWAY]) {
          assert.equal(await ask(far, address, 8080), `web saw ${TRAFFIC_LAB.gateway}`);
          assert.equal(await ask(near, address, 8090), `far saw ${PROD_GATEWAY}`);
          assert.equal(await ask(far, address, 8090), `far saw ${PROD_GATEWAY}`);
        }
        assert.equal(await ask(lab.web, TRAFFIC_LAB.uplink, 8090), `far saw ${PROD_GATEWAY}`);
        assert.equal(
          await ask(lab.outside, TRAFFIC_LAB.uplink, 8090),
          `far saw ${TRAFFIC_LAB.outside}`,
        );
      }
    });

    test('no cell of another space reaches the control API', async () => {
      const { lab, far } = spaces;
      await lab.capsule.serve('api', { protocol: 'tcp', port: 50000 });
      for (const address of [PROD_GATEWAY, TRAFFIC_LAB.uplink]) {
        assert.equal(await far.ask({ protocol: 'tcp', address, port: 50000 }), 'refused');
      }
    });

    test('a cell that takes an address of another space for its own reaches nothing with it', async () => {
      const { lab } = spaces;
      const stolen = `${TRAFFIC_LAB.db.address}/32`;
      await run('ip', ['-netns', FAR.key, 'address', 'replace', stolen, 'dev', 'eth0']);
      const route = [
        'route',
        'replace',
        'default',
        'via',
        PROD_GATEWAY,
        'src',
        TRAFFIC_LAB.db.address,
      ];
      await run('ip', ['-netns', FAR.key, ...route]);
      await using thief = new TrafficAgent(FAR.key);
      const asked = { protocol: 'udp', port: 8080, patienceMs: 700 } as const;
      assert.equal(await thief.ask({ ...asked, address: TRAFFIC_LAB.outside }), 'silent');
      assert.match(await lab.db.ask({ ...asked, address: TRAFFIC_LAB.outside }), /^outside saw/);
    });

    test('a restart of capsuled keeps the ports of all spaces while it prepares them', async () => {
      const { lab } = spaces;
      const later = await prepared();
      const ask = (port: number) =>
        lab.outside.ask({ protocol: 'tcp', address: TRAFFIC_LAB.uplink, port });
      for (const reload of [() => undefined, () => later.prepareSpace(FRESH)]) {
        await reload();
        assert.equal(await ask(8080), `web saw ${TRAFFIC_LAB.outside}`);
        assert.equal(await ask(8091), `far saw ${TRAFFIC_LAB.outside}`);
      }
      await later.removeSpace(FRESH.key);
      await later.prepareSpace(PROD);
      assert.equal(await ask(8090), `far saw ${TRAFFIC_LAB.outside}`);
    });
  });

  test('a restart of capsuled disturbs no connection', async () => {
    const network = await prepared();
    await using lab = await TrafficLab.open(network);
    await using later = new TrafficAgent();
    const asked = {
      protocol: 'udp',
      address: TRAFFIC_LAB.uplink,
      port: 8080,
      sourcePort: 4343,
    } as const;
    assert.equal(await lab.outside.ask(asked), `web saw ${TRAFFIC_LAB.outside}`);
    const next = await prepared();
    await next.attach(TRAFFIC_LAB.web);
    await next.publish(TrafficLab.published);
    assert.equal(await lab.outside.ask(asked), `web saw ${TRAFFIC_LAB.outside}`);
    assert.match(await later.ask({ ...asked, address: '127.0.0.1' }), /^web saw /);
  });
}

/** Another space with two cells, which serve on port 80 as `far` and `near`; `far` is published as 8090. */
const PROD = { key: 'main_prod', bridge: 'kb0123456789', cidr: '10.88.0.0/24' };
const FRESH = { key: 'main_fresh', bridge: 'kb9876543210', cidr: '10.88.9.0/24' };
const FAR = { key: 'main_prod_default_far', hostname: 'far', address: '10.88.0.2' };
const NEAR = { key: 'main_prod_default_near', hostname: 'near', address: '10.88.0.3' };
const PROD_GATEWAY = '10.88.0.1';
const FAR_PORT = { protocol: 'tcp', containerPort: 80, address: FAR.address } as const;
const BOTH = ['tcp', 'udp'] as const;

async function openSpaces() {
  const stack = new AsyncDisposableStack();
  const network = await prepared();
  await network.prepareSpace(PROD);
  stack.defer(() => network.removeSpace(PROD.key));
  const lab = stack.use(await TrafficLab.open(network));
  for (const cell of [FAR, NEAR]) {
    await network.attach(cell);
    stack.defer(() => network.detach(cell.key));
  }
  const far = stack.use(new TrafficAgent(FAR.key));
  const near = stack.use(new TrafficAgent(NEAR.key));
  const ports = BOTH.map((protocol) => {
    return { protocol, hostPort: 8090, containerPort: 80, address: FAR.address };
  });
  const placed = { ...FAR_PORT, hostPort: 8091, hostAddress: TRAFFIC_LAB.uplink };
  await network.publish([...TrafficLab.published, ...ports, placed]);
  for (const protocol of BOTH) {
    await far.serve('far', { protocol, port: 80 });
    await near.serve('near', { protocol, port: 80 });
  }
  const dispose = () => stack.disposeAsync();
  return { network, lab, far, near, [Symbol.asyncDispose]: dispose };
}

/** A cell without a loopback of its own that sends 127.0.0.1 over the bridge. */
const SEND_LOOPBACK_OUT = `
link set lo down
address flush dev lo
route add 127.0.0.1/32 via ${TRAFFIC_LAB.gateway} dev eth0
`;

async function prepared(): Promise<BridgeNetwork> {
  const network = new BridgeNetwork();
  await network.prepare();
  await network.prepareSpace(TRAFFIC_LAB.space);
  return network;
}
