import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
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

/** A cell without a loopback of its own that sends 127.0.0.1 over the bridge. */
const SEND_LOOPBACK_OUT = `
link set lo down
address flush dev lo
route add 127.0.0.1/32 via ${TRAFFIC_LAB.gateway} dev eth0
`;

async function prepared(): Promise<BridgeNetwork> {
  const network = new BridgeNetwork();
  await network.prepare();
  return network;
}
