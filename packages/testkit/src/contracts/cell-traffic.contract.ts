import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { CellNetwork } from '@capsule/core';
import type { TrafficAgent } from '../traffic/traffic-agent.ts';
import { TRAFFIC_LAB, TrafficLab } from '../traffic/traffic-lab.ts';

/** Silence is an answer, too, where everything runs on one machine. */
const SILENCE_MS = 700;

/**
 * The contract of reachability through a `CellNetwork`, with real packets. For a throwaway network namespace
 * (`inOwnNamespaces`). `open` gives a prepared network with the subnet 172.20.254.0/24.
 */
export function cellTrafficContract(name: string, open: () => Promise<CellNetwork>): void {
  suite(`cell traffic contract: ${name}`, () => {
    let lab: TrafficLab;
    let network: CellNetwork;
    before(async () => {
      network = await open();
      lab = await TrafficLab.open(network);
    });
    after(() => lab[Symbol.asyncDispose]());

    for (const protocol of ['tcp', 'udp'] as const) {
      const ask = (agent: TrafficAgent, address: string, port: number) =>
        agent.ask({ protocol, address, port });

      test(`${protocol}: outside hosts reach the cell at its published port`, async () => {
        assert.equal(
          await ask(lab.outside, TRAFFIC_LAB.uplink, 8080),
          `web saw ${TRAFFIC_LAB.outside}`,
        );
        assert.equal(
          await ask(lab.outside, TRAFFIC_LAB.uplink, 8081),
          `db saw ${TRAFFIC_LAB.outside}`,
        );
        assert.equal(await ask(lab.outside, TRAFFIC_LAB.uplink, 8082), 'refused');
      });

      test(`${protocol}: the capsule reaches the port at each of its own addresses`, async () => {
        for (const address of ['127.0.0.1', '127.1.2.3', TRAFFIC_LAB.gateway, TRAFFIC_LAB.uplink]) {
          assert.match(await ask(lab.capsule, address, 8080), /^web saw /, address);
        }
        const direct = await ask(lab.capsule, TRAFFIC_LAB.web.address, 80);
        assert.equal(direct, `web saw ${TRAFFIC_LAB.gateway}`);
      });

      test(`${protocol}: another cell reaches the port at the addresses of the capsule`, async () => {
        assert.equal(await ask(lab.db, TRAFFIC_LAB.uplink, 8080), `web saw ${TRAFFIC_LAB.gateway}`);
        assert.equal(
          await ask(lab.db, TRAFFIC_LAB.gateway, 8080),
          `web saw ${TRAFFIC_LAB.gateway}`,
        );
        assert.equal(
          await ask(lab.db, TRAFFIC_LAB.web.address, 80),
          `web saw ${TRAFFIC_LAB.db.address}`,
        );
      });

      test(`${protocol}: a cell reaches its own port at the addresses of the capsule`, async () => {
        assert.equal(
          await ask(lab.web, TRAFFIC_LAB.uplink, 8080),
          `web saw ${TRAFFIC_LAB.gateway}`,
        );
        assert.equal(
          await ask(lab.web, TRAFFIC_LAB.gateway, 8080),
          `web saw ${TRAFFIC_LAB.gateway}`,
        );
        assert.equal(
          await ask(lab.web, TRAFFIC_LAB.web.address, 80),
          `web saw ${TRAFFIC_LAB.web.address}`,
        );
      });

      test(`${protocol}: traffic to the same port of an outside host is not redirected`, async () => {
        for (const agent of [lab.web, lab.db, lab.capsule]) {
          assert.equal(
            await ask(agent, TRAFFIC_LAB.outside, 8080),
            `outside saw ${TRAFFIC_LAB.uplink}`,
          );
        }
      });

      test(`${protocol}: outside hosts reach a cell only at its published ports`, async () => {
        const direct = {
          protocol,
          address: TRAFFIC_LAB.web.address,
          port: 80,
          patienceMs: SILENCE_MS,
        };
        assert.equal(await lab.outside.ask(direct), 'silent');
      });

      test(`${protocol}: a port that is no longer published is unreachable`, async () => {
        await network.publish([]);
        for (const agent of [lab.outside, lab.capsule, lab.db, lab.web]) {
          assert.equal(await ask(agent, TRAFFIC_LAB.uplink, 8080), 'refused');
        }
        assert.equal(await ask(lab.capsule, '127.0.0.1', 8080), 'refused');
        await network.publish(TrafficLab.published);
        assert.equal(
          await ask(lab.outside, TRAFFIC_LAB.uplink, 8080),
          `web saw ${TRAFFIC_LAB.outside}`,
        );
      });
    }

    test('UDP packets with the same source port reach the new cell of a published port immediately', async () => {
      const asked = {
        protocol: 'udp',
        address: TRAFFIC_LAB.uplink,
        port: 5353,
        sourcePort: 4242,
      } as const;
      const publishTo = (address: string) =>
        network.publish([{ protocol: 'udp', hostPort: 5353, containerPort: 80, address }]);
      for (const sender of [lab.outside, lab.capsule, lab.db]) {
        assert.equal(await sender.ask(asked), 'refused', 'not published yet');
        await publishTo(TRAFFIC_LAB.web.address);
        assert.match(await sender.ask(asked), /^web saw /);
        await publishTo(TRAFFIC_LAB.db.address);
        assert.match(await sender.ask(asked), /^db saw /);
        await publishTo(TRAFFIC_LAB.web.address);
        assert.match(await sender.ask(asked), /^web saw /);
        await network.publish([]);
        assert.equal(await sender.ask(asked), 'refused', 'published no more');
      }
      await network.publish(TrafficLab.published);
    });

    test('a port that is published on one address is reachable at that address only', async () => {
      const { web, db } = TRAFFIC_LAB;
      const publish = (protocol: 'tcp' | 'udp', hostAddress: string, address: string) =>
        ({ protocol, hostPort: 8085, containerPort: 80, hostAddress, address }) as const;
      for (const protocol of ['tcp', 'udp'] as const) {
        const ask = (agent: TrafficAgent, address: string) =>
          agent.ask({ protocol, address, port: 8085 });
        await network.publish([
          publish(protocol, TRAFFIC_LAB.uplink, web.address),
          publish(protocol, '127.0.0.1', db.address),
        ]);
        assert.equal(await ask(lab.outside, TRAFFIC_LAB.uplink), `web saw ${TRAFFIC_LAB.outside}`);
        assert.match(await ask(lab.db, TRAFFIC_LAB.uplink), /^web saw /);
        assert.match(await ask(lab.capsule, TRAFFIC_LAB.uplink), /^web saw /);
        assert.match(await ask(lab.capsule, '127.0.0.1'), /^db saw /);
        for (const agent of [lab.web, lab.capsule]) {
          assert.equal(await ask(agent, TRAFFIC_LAB.gateway), 'refused');
        }
      }
      await network.publish(TrafficLab.published);
    });

    test('the capsule reaches the control API, and no cell does', async () => {
      await lab.capsule.serve('api', { protocol: 'tcp', port: 50000 });
      for (const address of [TRAFFIC_LAB.gateway, TRAFFIC_LAB.uplink]) {
        const asked = { protocol: 'tcp', address, port: 50000 } as const;
        assert.equal(await lab.web.ask(asked), 'refused');
        assert.match(await lab.capsule.ask(asked), /^api saw /);
      }
    });
  });
}
