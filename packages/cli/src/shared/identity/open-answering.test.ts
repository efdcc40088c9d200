import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { parseAddress } from '@capsule/api/wire';
import { startRemoteCapsule } from '@capsule/testkit/remote-capsule';
import { openAnswering } from './open-answering.ts';

const LIMIT_MS = 500;

/** In front of a capsule: the first connections go silent once the client has proven nothing but its presence. */
async function startRelay(target: string, silentOnes: number) {
  const { host, port } = parseAddress(target);
  const open = new Set<Socket>();
  let taken = 0;
  const server = createServer((from) => {
    const isSilent = taken++ < silentOnes;
    const to = connect({ host, port });
    for (const socket of [from, to]) {
      open.add(socket);
      socket.on('error', () => socket.destroy());
    }
    to.pipe(from);
    // The client's first message makes the handshake whole on its side.
    if (isSilent) from.once('data', (hello) => to.write(hello));
    else from.pipe(to);
    from.on('close', () => to.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken: () => taken,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function startSilent(silentOnes: number) {
  const stack = new AsyncDisposableStack();
  const fake = stack.use(await startRemoteCapsule(() => undefined));
  const relay = stack.use(await startRelay(fake.address, silentOnes));
  const address = parseAddress(relay.address);
  const capsule = { name: 'box', address, fingerprint: fake.fingerprint };
  return {
    fake,
    relay,
    capsule,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const never = new AbortController().signal;

test('a connection on which nothing answers is left for another one', async () => {
  await using silent = await startSilent(1);
  const { client, capsuleId } = await openAnswering(silent.capsule, never, LIMIT_MS);
  client.close();
  assert.equal(capsuleId, silent.fake.identity.capsuleId);
  assert.equal(silent.relay.taken(), 2);
});

test('a capsule that answers on no connection is an error after three tries', async () => {
  await using silent = await startSilent(9);
  await assert.rejects(openAnswering(silent.capsule, never, LIMIT_MS), { kind: 'timeout' });
  assert.equal(silent.relay.taken(), 3);
});
