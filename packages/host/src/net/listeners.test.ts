import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { listeningSockets, ownerOfSocket, parseSockets } from './listeners.ts';

test('a listening socket is found with its program, and no longer after it is closed', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const mine = () => listeningSockets().find((one) => one.port === port && one.protocol === 'tcp');
  const owner = ownerOfSocket(mine()?.inode ?? '');
  assert.equal(owner?.pid, process.pid);
  assert.ok((owner?.program ?? '') !== '');
  server.close();
  await once(server, 'close');
  assert.equal(mine(), undefined);
});

test('a bound UDP socket is found', async () => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  assert.ok(listeningSockets().some((one) => one.port === port && one.protocol === 'udp'));
  socket.close();
});

test('connections are not listeners', () => {
  const text = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 x
   1: 0100007F:1F91 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 x
`;
  assert.deepEqual(parseSockets(text, 'tcp'), [{ port: 8080, protocol: 'tcp', inode: '4711' }]);
});
