import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { CellNetwork } from '@capsule/core';
import { TOWN, Town } from '../traffic/town.ts';
import type { TrafficAgent } from '../traffic/traffic-agent.ts';

/** Silence is an answer, too, where everything runs on one machine. */
const SILENCE_MS = 700;

/**
 * Who reaches whom through a `CellNetwork`, with real packets. For a throwaway network namespace
 * (`inOwnNamespaces`). `open` gives a prepared network with the subnet 172.20.254.0/24.
 */
export function cellTrafficContract(name: string, open: () => Promise<CellNetwork>): void {
  suite(`cell traffic contract: ${name}`, () => {
    let town: Town;
    let network: CellNetwork;
    before(async () => {
      network = await open();
      town = await Town.open(network);
    });
    after(() => town[Symbol.asyncDispose]());

    for (const protocol of ['tcp', 'udp'] as const) {
      const ask = (agent: TrafficAgent, address: string, port: number) =>
        agent.ask({ protocol, address, port });

      test(`${protocol}: from outside, a published port leads to its cell`, async () => {
        assert.equal(await ask(town.outside, TOWN.uplink, 8080), `web saw ${TOWN.outside}`);
        assert.equal(await ask(town.outside, TOWN.uplink, 8081), `db saw ${TOWN.outside}`);
        assert.equal(await ask(town.outside, TOWN.uplink, 8082), 'refused');
      });

      test(`${protocol}: the capsule reaches it by every address of its own`, async () => {
        for (const address of ['127.0.0.1', '127.1.2.3', TOWN.gateway, TOWN.uplink]) {
          assert.match(await ask(town.capsule, address, 8080), /^web saw /, address);
        }
        const direct = await ask(town.capsule, TOWN.web.address, 80);
        assert.equal(direct, `web saw ${TOWN.gateway}`);
      });

      test(`${protocol}: another cell reaches it by the capsule's addresses`, async () => {
        assert.equal(await ask(town.db, TOWN.uplink, 8080), `web saw ${TOWN.gateway}`);
        assert.equal(await ask(town.db, TOWN.gateway, 8080), `web saw ${TOWN.gateway}`);
        assert.equal(await ask(town.db, TOWN.web.address, 80), `web saw ${TOWN.db.address}`);
      });

      test(`${protocol}: a cell reaches itself by the capsule's addresses`, async () => {
        assert.equal(await ask(town.web, TOWN.uplink, 8080), `web saw ${TOWN.gateway}`);
        assert.equal(await ask(town.web, TOWN.gateway, 8080), `web saw ${TOWN.gateway}`);
        assert.equal(await ask(town.web, TOWN.web.address, 80), `web saw ${TOWN.web.address}`);
      });

      test(`${protocol}: the same port of an outside host is not captured`, async () => {
        for (const agent of [town.web, town.db, town.capsule]) {
          assert.equal(await ask(agent, TOWN.outside, 8080), `outside saw ${TOWN.uplink}`);
        }
      });

      test(`${protocol}: from outside, a cell is reached by published ports only`, async () => {
        const direct = { protocol, address: TOWN.web.address, port: 80, patienceMs: SILENCE_MS };
        assert.equal(await town.outside.ask(direct), 'silent');
      });

      test(`${protocol}: a port that is published no more leads nowhere`, async () => {
        await network.publish([]);
        for (const agent of [town.outside, town.capsule, town.db, town.web]) {
          assert.equal(await ask(agent, TOWN.uplink, 8080), 'refused');
        }
        assert.equal(await ask(town.capsule, '127.0.0.1', 8080), 'refused');
        await network.publish(Town.published);
        assert.equal(await ask(town.outside, TOWN.uplink, 8080), `web saw ${TOWN.outside}`);
      });
    }

    test('a UDP sender that keeps its port follows the published port at once', async () => {
      const asked = {
        protocol: 'udp',
        address: TOWN.uplink,
        port: 5353,
        sourcePort: 4242,
      } as const;
      const publishTo = (address: string) =>
        network.publish([{ protocol: 'udp', hostPort: 5353, containerPort: 80, address }]);
      for (const sender of [town.outside, town.capsule, town.db]) {
        assert.equal(await sender.ask(asked), 'refused', 'not published yet');
        await publishTo(TOWN.web.address);
        assert.match(await sender.ask(asked), /^web saw /);
        await publishTo(TOWN.db.address);
        assert.match(await sender.ask(asked), /^db saw /);
        await publishTo(TOWN.web.address);
        assert.match(await sender.ask(asked), /^web saw /);
        await network.publish([]);
        assert.equal(await sender.ask(asked), 'refused', 'published no more');
      }
      await network.publish(Town.published);
    });

    test('no cell reaches the control API, the capsule does', async () => {
      await town.capsule.serve('api', { protocol: 'tcp', port: 50000 });
      for (const address of [TOWN.gateway, TOWN.uplink]) {
        const asked = { protocol: 'tcp', address, port: 50000 } as const;
        assert.equal(await town.web.ask(asked), 'refused');
        assert.match(await town.capsule.ask(asked), /^api saw /);
      }
    });
  });
}
