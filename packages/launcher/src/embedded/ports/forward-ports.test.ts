import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import type { PortProblem } from '../claim/claim.ts';
import { forwardPorts } from './forward-ports.ts';
import type { PublishedPort } from './published-port.ts';

/** Another loopback address plays the capsule: the same port is free there. */
const CAPSULE = '127.0.0.77';

/** Feeds sets by hand, and resolves when each has been processed. */
function feed(retryMs = 60_000) {
  const sets = new PassThrough({ objectMode: true });
  const reports = new PassThrough({ objectMode: true });
  const told = reports[Symbol.asyncIterator]() as AsyncIterator<readonly PortProblem[]>;
  const ended = forwardPorts({
    address: CAPSULE,
    published: sets as AsyncIterable<readonly PublishedPort[]>,
    report: async (problems) => void reports.write(problems),
    say: () => undefined,
    retryMs,
  });
  return {
    publish: async (...ports: number[]) => {
      sets.write(ports.map((port) => ({ port, protocol: 'tcp' })));
      return (await told.next()).value as readonly PortProblem[];
    },
    next: async () => (await told.next()).value as readonly PortProblem[],
    end: async () => {
      sets.end();
      await ended;
    },
  };
}

async function capsuleServer() {
  const server = createServer((socket) => {
    socket.on('error', () => undefined); // a port that is taken back resets what is open
    socket.end('page');
  }).listen(0, CAPSULE);
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, server };
}

const ask = (port: number) => text(connect({ host: '127.0.0.1', port }));

test('follows the published ports', async () => {
  const { port, server } = await capsuleServer();
  const { publish, end } = feed();
  assert.deepEqual(await publish(port), []);
  assert.equal(await ask(port), 'page');
  await publish();
  await assert.rejects(ask(port), { code: 'ECONNREFUSED' });
  await publish(port);
  assert.equal(await ask(port), 'page');
  await end();
  await assert.rejects(ask(port), { code: 'ECONNREFUSED' });
  server.close();
});

test('a port that the capsule has on another address only is not forwarded', async () => {
  const { port, server } = await capsuleServer();
  const sets = (async function* () {
    yield [{ protocol: 'tcp', port, address: '127.0.0.9' }] as const;
    await assert.rejects(ask(port), { code: 'ECONNREFUSED' });
    yield [{ protocol: 'tcp', port, address: CAPSULE }] as const;
    assert.equal(await ask(port), 'page');
  })();
  const report = async () => undefined;
  await forwardPorts({ address: CAPSULE, published: sets, report, say: () => undefined });
  server.close();
});

test('reports a port that another program uses, and publishes it when it is free', async () => {
  const { port, server } = await capsuleServer();
  const other = createServer().listen(port, '127.0.0.1');
  await once(other, 'listening');
  const { publish, end } = feed();
  const [problem] = await publish(port);
  assert.equal(problem?.port, port);
  assert.match(problem?.why ?? '', /taken/);
  other.close();
  await once(other, 'close');
  assert.deepEqual(await publish(port), []);
  assert.equal(await ask(port), 'page');
  await end();
  server.close();
});

test('a port that becomes free is taken without any other change', async () => {
  const { port, server } = await capsuleServer();
  const other = createServer().listen(port, '127.0.0.1');
  await once(other, 'listening');
  const { publish, next, end } = feed(10);
  assert.equal((await publish(port)).length, 1);
  other.close();
  await once(other, 'close');
  while ((await next()).length > 0);
  assert.equal(await ask(port), 'page');
  await end();
  server.close();
});

test('a failed report is printed once, ends nothing, and is sent again', async () => {
  const { port, server } = await capsuleServer();
  const sets = new PassThrough({ objectMode: true });
  const lines: string[] = [];
  let reports = 0;
  const reported = Promise.withResolvers<void>();
  const ended = forwardPorts({
    address: CAPSULE,
    published: sets as AsyncIterable<readonly PublishedPort[]>,
    report: async () => {
      reports += 1;
      if (reports < 3) throw new Error('no room');
      reported.resolve();
    },
    say: (line) => lines.push(line),
    retryMs: 1,
  });
  sets.write([{ port, protocol: 'tcp' }]);
  await Promise.race([reported.promise, ended]);
  assert.equal(await ask(port), 'page');
  assert.deepEqual(lines, ['published ports: Error: no room; the launcher retries']);
  sets.end();
  await ended;
  server.close();
});

test('a failing sequence ends the forwarding with its error', async () => {
  const sets = (async function* () {
    yield [];
    throw new Error('no sequence');
  })();
  const report = () => Promise.resolve();
  const say = () => undefined;
  const request = { address: CAPSULE, published: sets, report, say };
  await assert.rejects(forwardPorts(request), /no sequence/);
});
