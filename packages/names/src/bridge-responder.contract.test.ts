import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { suite, type TestContext, test } from 'node:test';
import { type CapsuleError, cellFromKey, cellOfWorkload, RESPONDER_PORT } from '@capsule/core';
import { BridgeNetwork } from '@capsule/drivers';
import { run } from '@capsule/host';
import {
  askName,
  inOwnNamespaces,
  type NameFound,
  type NameQuery,
  type NameReply,
  type NameServer,
  nameResponderContract,
  type Respond,
  TestUpstream,
  TRAFFIC_LAB,
  TrafficAgent,
  TrafficLab,
  upstreamReply,
} from '@capsule/testkit';
import { BridgeResponder } from './bridge-responder.ts';

const NAMES = [
  { cell: cellOfWorkload('web'), aliases: [], address: TRAFFIC_LAB.web.address },
  { cell: cellOfWorkload('db'), aliases: [], address: TRAFFIC_LAB.db.address },
];
const BOTH = ['udp', 'tcp'] as const;

if (await inOwnNamespaces(import.meta.filename)) {
  nameResponderContract('bridge', async (t) => {
    const { lab, responder } = await open(t);
    const lookup = async (name: string) => foundIn(await ask(lab.db, { name }));
    return { responder, lookup };
  });

  suite('bridge responder', () => {
    test('cells and the capsule itself get answers over UDP and TCP', async (t) => {
      const { lab, responder } = await open(t);
      responder.update(NAMES);
      for (const protocol of BOTH) {
        for (const agent of [lab.db, lab.web, lab.capsule]) {
          const reply = await ask(agent, { name: 'web' }, { protocol });
          assert.deepEqual(reply.answers, [`A ${TRAFFIC_LAB.web.address}`]);
        }
      }
    });

    test('clients outside of the bridge get no answer, at any address of the capsule', async (t) => {
      const { lab, responder } = await open(t);
      responder.update(NAMES);
      for (const protocol of BOTH) {
        for (const address of [TRAFFIC_LAB.uplink, TRAFFIC_LAB.gateway]) {
          for (const port of [53, RESPONDER_PORT]) {
            const server = { address, port, protocol, patienceMs: 300 };
            const reply = await askName(lab.outside, server, { name: 'web' });
            assert.match(String(reply), /^(silent|refused)$/, `${protocol} ${address}:${port}`);
          }
        }
      }
    });

    test('each space has its own names, on its own bridge alone', async (t) => {
      const { network, lab, responder } = await open(t);
      const space = { key: 'main_prod', bridge: 'kb0123456789', cidr: '10.88.0.0/24' };
      const far = { key: 'main_prod_shop_far', hostname: 'far', address: '10.88.0.2' };
      await network.prepareSpace(space);
      await network.attach(far);
      await using agent = new TrafficAgent(far.key);
      await responder.serveSpace(space);
      responder.update([
        ...NAMES,
        { cell: cellFromKey(far.key), aliases: ['web'], address: far.address },
      ]);
      const own = { address: '10.88.0.1' };
      for (const protocol of BOTH) {
        const first = await ask(agent, { name: 'web' }, { ...own, protocol });
        assert.deepEqual(first.answers, [`A ${far.address}`]);
        const second = await ask(lab.db, { name: 'web' }, { protocol });
        assert.deepEqual(second.answers, [`A ${TRAFFIC_LAB.web.address}`]);
        const gone = await ask(
          lab.db,
          { name: 'far.shop.prod.main.capsule.internal' },
          { protocol },
        );
        assert.equal(gone.rcode, 'NXDOMAIN');
      }
      for (const [asker, address] of [
        [agent, TRAFFIC_LAB.gateway],
        [lab.db, own.address],
      ] as const) {
        const server = { address, patienceMs: 300 };
        assert.match(String(await askName(asker, server, { name: 'web' })), /^(silent|E\w+)$/);
      }
      await responder.endSpace(space.key);
      const server = { ...own, patienceMs: 300 };
      assert.equal(await askName(agent, server, { name: 'web' }), 'silent');
      await network.detach(far.key);
      await network.removeSpace(space.key);
    });

    test('a workload that publishes port 53 has it at every address but the bridge', async (t) => {
      const { lab, responder, network } = await open(t);
      responder.update(NAMES);
      const target = { hostPort: 53, containerPort: 80, address: TRAFFIC_LAB.web.address };
      await network.publish(BOTH.map((protocol) => ({ protocol, ...target })));
      for (const protocol of BOTH) {
        const asked = { protocol, port: 53, address: TRAFFIC_LAB.uplink };
        assert.match(await lab.outside.ask(asked), /^web saw/);
        assert.match(await lab.db.ask(asked), /^web saw/);
        const reply = await ask(lab.db, { name: 'web' }, { protocol });
        assert.deepEqual(reply.answers, [`A ${TRAFFIC_LAB.web.address}`]);
      }
    });

    test('a name server in host mode can use port 53 of every address, and the responder still answers', async (t) => {
      const { lab, responder } = await open(t);
      responder.update(NAMES);
      for (const protocol of BOTH) {
        await lab.capsule.serve('dnsmasq', { protocol, port: 53 });
        const asked = { protocol, port: 53, address: TRAFFIC_LAB.uplink };
        assert.match(await lab.outside.ask(asked), /^dnsmasq saw/);
        const reply = await ask(lab.db, { name: 'web' }, { protocol });
        assert.deepEqual(reply.answers, [`A ${TRAFFIC_LAB.web.address}`]);
      }
    });

    for (const address of ['127.0.0.1', '::1', 'fe80::53%uplink']) {
      test(`IPv4 and IPv6 addresses come from an upstream at ${address}`, async (t) => {
        const { lab, responder } = await open(t);
        await run('ip', ['address', 'add', 'fe80::53/64', 'dev', 'uplink', 'nodad']);
        const resolver = await upstream(t, address, (query) => {
          const isCut = query.transport === 'udp' && query.type === 'AAAA';
          const found =
            query.type === 'A'
              ? { type: 'A', data: '192.0.2.80' }
              : { type: 'AAAA', data: '2001:db8::80' };
          return upstreamReply(query, isCut ? { isTruncated: true } : { answers: [found] });
        });
        responder.useUplink(`nameserver ${address}\n`);
        const name = 'example.com';
        assert.deepEqual((await ask(lab.db, { name })).answers, ['A 192.0.2.80']);
        const second = await ask(lab.db, { name, type: 'AAAA' });
        assert.deepEqual(second.answers, ['AAAA 2001:db8::80']);
        assert.deepEqual(resolver.questions, [
          'udp A example.com',
          'udp AAAA example.com',
          'tcp AAAA example.com',
        ]);
      });
    }

    test('an answer that is too large for UDP is truncated, and comes over TCP', async (t) => {
      const { lab, responder } = await open(t);
      const answers = Array.from({ length: 120 }, (_, at) => ({
        type: 'A',
        data: `192.0.2.${at}`,
      }));
      const resolver = await upstream(t, '127.0.0.1', (query) =>
        upstreamReply(query, query.transport === 'udp' ? { isTruncated: true } : { answers }),
      );
      responder.useUplink('nameserver 127.0.0.1\n');
      const query = { name: 'large.example.com', udpBytes: 4096 };
      const first = await ask(lab.db, query);
      assert.deepEqual([first.isTruncated, first.answers.length], [true, 0]);
      const second = await ask(lab.db, query, { protocol: 'tcp' });
      assert.deepEqual([second.isTruncated, second.answers.length], [false, 120]);
      assert.equal(resolver.questions.length, 2, 'the answer over TCP was not cached');
    });

    test('it never asks itself', async (t) => {
      const { lab, responder } = await open(t);
      responder.useUplink(`nameserver ${TRAFFIC_LAB.gateway}\n`);
      assert.equal((await ask(lab.db, { name: 'example.com' })).rcode, 'SERVFAIL');
    });

    test('a stopped responder does not answer, and a restarted one answers a retried question', async (t) => {
      const { lab, responder } = await open(t);
      await responder[Symbol.asyncDispose]();
      const server = { address: TRAFFIC_LAB.gateway, patienceMs: 300 };
      assert.equal(await askName(lab.db, server, { name: 'web' }), 'silent');
      const next = await started(t);
      next.update(NAMES);
      assert.deepEqual((await ask(lab.db, { name: 'web' })).answers, [
        `A ${TRAFFIC_LAB.web.address}`,
      ]);
    });

    for (const protocol of BOTH) {
      test(`a ${protocol} port that another program has is reported, and taken once it is free`, async (t) => {
        const { lab, responder } = await open(t);
        await responder[Symbol.asyncDispose]();
        const program = protocol === 'udp' ? await udpProgram() : await tcpProgram();
        const problems: (CapsuleError | undefined)[] = [];
        const free = Promise.withResolvers<void>();
        const next = await started(t, (problem) => {
          problems.push(problem);
          if (problem === undefined) free.resolve();
        });
        next.update(NAMES);
        assert.equal(next.problem()?.code, 'DNS_PORT_TAKEN');
        program.close();
        await free.promise;
        assert.equal(next.problem(), undefined);
        assert.deepEqual(
          problems.map((each) => each?.code),
          ['DNS_PORT_TAKEN', undefined],
        );
        assert.deepEqual((await ask(lab.db, { name: 'web' })).answers, [
          `A ${TRAFFIC_LAB.web.address}`,
        ]);
      });
    }
  });
}

async function open(t: TestContext) {
  const network = new BridgeNetwork();
  await network.prepare();
  await network.prepareSpace(TRAFFIC_LAB.space);
  const lab = await TrafficLab.open(network);
  t.after(() => lab[Symbol.asyncDispose]());
  return { network, lab, responder: await started(t) };
}

async function started(
  t: TestContext,
  onProblem: (problem: CapsuleError | undefined) => void = () => undefined,
): Promise<BridgeResponder> {
  const responder = new BridgeResponder({
    monotonicMs: () => performance.now(),
    onProblem,
    onFailure: (failure) => assert.fail(String(failure)),
  });
  t.after(() => responder[Symbol.asyncDispose]());
  await responder.serveSpace(TRAFFIC_LAB.space);
  return responder;
}

async function upstream(t: TestContext, address: string, respond: Respond): Promise<TestUpstream> {
  const opened = await TestUpstream.open({ address, port: 53, respond });
  t.after(() => opened[Symbol.asyncDispose]());
  return opened;
}

async function ask(
  agent: TrafficAgent,
  query: NameQuery,
  server: Partial<NameServer> = {},
): Promise<NameReply> {
  const reply = await askName(agent, { address: TRAFFIC_LAB.gateway, ...server }, query);
  if (typeof reply === 'string') assert.fail(`${query.name}: ${reply}`);
  return reply;
}

function foundIn({ rcode, answers }: NameReply): NameFound {
  if (rcode === 'NXDOMAIN') return 'no such name';
  if (rcode === 'SERVFAIL') return 'unknown';
  if (answers.length === 0) return 'no address';
  return answers.map((answer) => answer.replace('A ', '')).join(' ');
}

async function udpProgram(): Promise<{ close(): void }> {
  const socket = createSocket('udp4');
  socket.bind(RESPONDER_PORT);
  await once(socket, 'listening');
  return socket;
}

async function tcpProgram(): Promise<{ close(): void }> {
  const server = createServer();
  server.listen(RESPONDER_PORT, '0.0.0.0');
  await once(server, 'listening');
  return server;
}
