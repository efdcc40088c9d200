import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { listenUdp } from './udp-proxy.ts';

const HOST = '127.0.0.1';

async function bound(): Promise<Socket & { port: number }> {
  const socket = createSocket('udp4');
  socket.bind(0, HOST);
  await once(socket, 'listening');
  return Object.assign(socket, { port: socket.address().port });
}

test('carries datagrams both ways and keeps clients apart', async () => {
  const server = await bound();
  server.on('message', (message, peer) => server.send(`re: ${message}`, peer.port, peer.address));
  const spare = await bound();
  const { port } = spare;
  spare.close();
  await once(spare, 'close');
  await using _proxy = await listenUdp({ host: HOST, port }, { host: HOST, port: server.port });
  const clients = await Promise.all([bound(), bound()]);
  const answers = clients.map((client) => once(client, 'message'));
  for (const [index, client] of clients.entries()) client.send(`from ${index}`, port, HOST);
  const said = (await Promise.all(answers)).map(([message]) => String(message));
  assert.deepEqual(said, ['re: from 0', 're: from 1']);
  for (const socket of [server, ...clients]) socket.close();
});

test('fails when another program has the port', async () => {
  const other = await bound();
  const taken = { host: HOST, port: other.port };
  await assert.rejects(listenUdp(taken, taken), { code: 'EADDRINUSE' });
  other.close();
});
