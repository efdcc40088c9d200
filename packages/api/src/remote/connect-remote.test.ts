import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { type RemoteFake, startRemoteCapsule } from '@capsule/testkit/remote-capsule';
import type { ConnectRouter } from '@connectrpc/connect';
import { parseAddress } from '../client/address.ts';
import { CapsuleService } from '../gen/capsule/v1/capsule_pb.ts';
import { ImageService } from '../gen/capsule/v1/image_pb.ts';
import { adoptionProof } from './adoption-proof.ts';
import { connectRemote, type RemoteCapsule } from './connect-remote.ts';
import { dial } from './dial.ts';
import { keyIdOf, rawPublicKey } from './operator-key.ts';

/** An enrolled operator, and how it reaches the capsule. */
function operatorOf(fake: RemoteFake): RemoteCapsule {
  const { privateKey } = generateKeyPairSync('ed25519');
  const raw = rawPublicKey(privateKey);
  fake.identity.enrol(raw, 'laptop');
  return {
    name: 'box',
    address: parseAddress(fake.address),
    fingerprint: fake.fingerprint,
    signer: {
      key: privateKey,
      kid: keyIdOf(raw),
      capsuleId: fake.identity.capsuleId,
      now: Date.now,
    },
  };
}

const box = (router: ConnectRouter) => {
  router.service(CapsuleService, {
    getInfo: () => ({ hostname: 'box' }),
    async *streamLogs(_, { signal }) {
      yield { data: new TextEncoder().encode('first\n') };
      await once(signal, 'abort');
    },
  });
  router.service(ImageService, {
    async push(messages) {
      let bytesReceived = 0n;
      for await (const { msg } of messages) {
        if (msg.case === 'chunk') bytesReceived += BigInt(msg.value.length);
      }
      return { bytesReceived };
    },
  });
};

async function* archive() {
  const value = new Uint8Array(256 * 1024);
  for (let sent = 0; sent < 20; sent += 1) yield { msg: { case: 'chunk' as const, value } };
}

test('every call carries a token of its own', async () => {
  await using fake = await startRemoteCapsule(box);
  await using client = connectRemote(operatorOf(fake));
  assert.equal((await client.capsule.getInfo({})).hostname, 'box');
  assert.equal((await client.identity.whoAmI({})).name, 'laptop');
  const [first, second] = fake.identity.tokens;
  assert.equal(first?.['aud'], fake.identity.capsuleId);
  assert.equal(first?.['pin'], fake.fingerprint, 'another machine could use it there');
  assert.equal(Number(first?.['exp']) - Number(first?.['iat']), 60);
  assert.notEqual(first?.['jti'], second?.['jti']);
});

test('a capsule with another certificate gets not a byte, and both fingerprints are in the error', async () => {
  await using fake = await startRemoteCapsule(box);
  const pin = 'ab'.repeat(32);
  await using client = connectRemote({ ...operatorOf(fake), fingerprint: pin });
  await assert.rejects(client.capsule.getInfo({}), (error: Error & { why?: string }) => {
    assert.equal((error as { code?: string }).code, 'API_PIN_MISMATCH');
    assert.match(error.why ?? '', new RegExp(`${fake.fingerprint}.*${pin}`));
    return true;
  });
  assert.deepEqual(fake.identity.tokens, []);
  assert.equal(fake.received(), 0);
});

for (const [which, ahead] of [
  ['behind', 7200],
  ['ahead', -7200],
] as const) {
  test(`with a clock that is ${which}, calls and streams prove themselves by a challenge`, async () => {
    await using fake = await startRemoteCapsule(box);
    fake.identity.clockAhead = ahead;
    await using client = connectRemote(operatorOf(fake));
    assert.equal((await client.image.push(archive())).bytesReceived, 20n * 256n * 1024n);
    assert.equal((await client.capsule.getInfo({})).hostname, 'box');
    const nonces = fake.identity.tokens.flatMap(({ nonce }) => nonce ?? []);
    // The refused one, the settled one, the push and the info.
    assert.equal(fake.identity.tokens.length, 4);
    assert.equal(new Set(nonces).size, 3);
  });
}

test('a removed key is refused with the code of the capsule', async () => {
  await using fake = await startRemoteCapsule(box);
  await using client = connectRemote(operatorOf(fake));
  await client.capsule.getInfo({});
  fake.identity.keys.clear();
  await assert.rejects(client.capsule.getInfo({}), { code: 'AUTH_KEY_UNKNOWN', kind: 'denied' });
});

test('a lost connection is unavailable, and the next call connects again', async () => {
  await using fake = await startRemoteCapsule(box);
  await using client = connectRemote(operatorOf(fake));
  await assert.rejects(
    async () => {
      for await (const _ of client.capsule.streamLogs({ follow: true })) fake.dropConnections();
    },
    { kind: 'unavailable' },
  );
  assert.equal((await client.capsule.getInfo({})).hostname, 'box');
});

test('calls at once share one connection', async () => {
  await using fake = await startRemoteCapsule(box);
  await using client = connectRemote(operatorOf(fake));
  const answers = await Promise.all([1, 2, 3, 4].map(() => client.capsule.getInfo({})));
  assert.equal(answers.length, 4);
  client.close();
});

test('a capsule that moved is found again, and only by its pin', async () => {
  await using fake = await startRemoteCapsule(box);
  await using other = await startRemoteCapsule(box);
  const operator = { ...operatorOf(fake), address: parseAddress(other.address) };
  await using found = connectRemote({
    ...operator,
    findAgain: async () => parseAddress(fake.address),
  });
  assert.equal((await found.capsule.getInfo({})).hostname, 'box');
  await using lost = connectRemote({ ...operator, findAgain: async () => undefined });
  await assert.rejects(lost.capsule.getInfo({}), { code: 'API_PIN_MISMATCH' });
  assert.deepEqual(other.identity.tokens, []);
});

test('the errors for an address without a capsule, and for another program there, differ', async () => {
  const plain = createServer(
    (socket) => void socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n'),
  );
  plain.listen(0, '127.0.0.1');
  await once(plain, 'listening');
  const { port } = plain.address() as { port: number };
  await assert.rejects(dial({ host: '127.0.0.1', port }), { code: 'API_NOT_A_CAPSULE' });
  plain.close();
  await once(plain, 'close');
  await assert.rejects(dial({ host: '127.0.0.1', port }), {
    code: 'API_UNREACHABLE',
    message: `no capsule answers at 127.0.0.1:${port}: no process listens there`,
  });
});

test('an address of one link without the name of the link is explained', async () => {
  await assert.rejects(dial({ host: 'fe80::1', port: 50_000 }), {
    code: 'API_UNREACHABLE',
    message: /such an address needs the link of this machine behind it, as in fe80::1%eth0$/,
  });
});

test('a caller that gives up ends the dial with its own reason', async () => {
  const silent = createServer(() => undefined);
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as { port: number };
  const reason = new Error('enough');
  const stop = new AbortController();
  silent.once('connection', (socket) => {
    stop.abort(reason);
    socket.resume().once('close', () => silent.close());
  });
  await assert.rejects(dial({ host: '127.0.0.1', port }, stop.signal), reason);
  await once(silent, 'close');
});

test('the proof of an adoption holds for one key, name, nonce and capsule', async () => {
  await using fake = await startRemoteCapsule(box);
  const address = parseAddress(fake.address);
  const { fingerprint } = fake;
  await using client = connectRemote({ name: fake.address, address, fingerprint });
  const { privateKey: key } = generateKeyPairSync('ed25519');
  const adopt = async (changed: { readonly name?: string; readonly fingerprint?: string }) => {
    const { nonce } = await client.identity.challenge({});
    const signature = adoptionProof({ key, name: 'ann', nonce, fingerprint, ...changed });
    const pubkey = rawPublicKey(key);
    return client.identity.adopt({ pubkey, name: 'ann', claimCode: 'abcdefgh', nonce, signature });
  };
  await assert.rejects(adopt({ name: 'eve' }), { code: 'ADOPTION_PROOF_INVALID' });
  await assert.rejects(adopt({ fingerprint: '00'.repeat(32) }), { code: 'ADOPTION_PROOF_INVALID' });
  assert.equal((await adopt({})).kid, keyIdOf(rawPublicKey(key)));
});
