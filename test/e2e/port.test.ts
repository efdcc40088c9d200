import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect as connectPlain } from 'node:net';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { connectCapsule } from '@capsule/api/node';
import { adoptionProof, connectRemote, dial, keyIdOf, rawPublicKey } from '@capsule/api/remote';
import type { CapsuleClient } from '@capsule/api/wire';
import { run } from '@capsule/host';
import { type Lab, startLab } from '@capsule/testkit';
import { pathOf } from '../lab/capsulectl.ts';
import { pushBusybox } from '../lab/push-busybox.ts';
import { runMicroVm } from '../lab/run-micro-vm.ts';
import { manifest, runWorkload } from '../lab/workload.ts';

const BOUND = { timeout: 240_000 };
const PORT = 50_000;
const STAY = { image: 'stay:1' };

suite('the port of the API', { concurrency: false }, () => {
  let lab: Lab;
  let local: CapsuleClient;
  before(async () => {
    lab = await startLab({ images: [] });
    local = connectCapsule(lab.host);
    const command = ['/bin/sh', '-c', 'while :; do sleep 1000; done'];
    await pushBusybox(lab, STAY.image, { Cmd: command, StopSignal: 'SIGKILL' });
  }, BOUND);
  after(async () => {
    await local.close();
    await lab[Symbol.asyncDispose]();
  }, BOUND);

  const address = () => ({ host: lab.address, port: PORT });
  const fingerprintOfPort = async () => {
    const { socket, fingerprint } = await dial(address());
    socket.destroy();
    return fingerprint;
  };
  const remote = async (key?: KeyObject, capsuleId = '') => {
    const kid = key === undefined ? '' : keyIdOf(rawPublicKey(key));
    const signer = key && { key, kid, capsuleId, now: Date.now };
    const fingerprint = await fingerprintOfPort();
    return connectRemote({ name: 'lab', address: address(), fingerprint, signer });
  };

  test('no workload reaches it, whatever address it tries', BOUND, async () => {
    const socket = connectPlain(PORT, lab.address);
    await once(socket, 'connect');
    socket.destroy();
    await runWorkload(lab, 'inside', STAY);
    await runMicroVm(lab, 'guest', { ...STAY, memoryMib: 192 });
    const { gateway } = await network(lab);
    for (const name of ['inside', 'guest']) {
      for (const target of [gateway, lab.address]) {
        const attempt = ['nc', '-w', '3', target, `${PORT}`];
        const tried = await lab.capsulectl('workload', 'exec', name, '--', 'busybox', ...attempt);
        assert.notEqual(tried.exitCode, 0, `${name} to ${target}`);
      }
    }
  });

  test('no workload publishes it', BOUND, async () => {
    const ports = [{ containerPort: 80, hostPort: PORT }];
    const input = manifest('thief', { ...STAY, ports });
    const refused = await lab.capsulectlWith({ input }, 'apply', '-f', '-');
    assert.match(refused.stderr, /50000\/tcp for its own API/);
  });

  test(
    'a key that adopts the capsule uses it, and its removal ends that; no secret is written anywhere',
    BOUND,
    async () => {
      const { privateKey: key } = generateKeyPairSync('ed25519');
      await using anyone = await remote();
      await assert.rejects(anyone.capsule.getInfo({}), { code: 'AUTH_TOKEN_MISSING' });
      const { code } = await local.identity.adoptionGet({});
      assert.ok((await readFile(pathOf(lab, '/run/capsule/adoption'), 'utf8')).includes(code));
      const { nonce, capsuleId } = await anyone.identity.challenge({});
      const fingerprint = await fingerprintOfPort();
      const signature = Uint8Array.from(adoptionProof({ key, name: 'laptop', nonce, fingerprint }));
      const pubkey = Uint8Array.from(rawPublicKey(key));
      const wrong = { pubkey, name: 'laptop', claimCode: '2222-2222', nonce, signature };
      await assert.rejects(anyone.identity.adopt(wrong), { code: 'ADOPTION_CODE_WRONG' });
      const again = (await anyone.identity.challenge({})).nonce;
      const proof = adoptionProof({ key, name: 'laptop', nonce: again, fingerprint });
      const good = { ...wrong, claimCode: code, nonce: again, signature: Uint8Array.from(proof) };
      const { kid } = await anyone.identity.adopt(good);
      await using mine = await remote(key, capsuleId);
      assert.equal((await mine.identity.whoAmI({})).name, 'laptop');
      assert.equal((await mine.capsule.getInfo({})).shortId, capsuleId.slice(0, 8));
      await lab.killCapsuled();
      await lab.ready();
      await using later = await remote(key, capsuleId);
      assert.equal((await later.identity.whoAmI({})).kid, kid, 'the key and the certificate stay');
      await assert.rejects(later.identity.keyRemove({ kid }), { code: 'KEY_LAST_ADMIN' });
      const spare = {
        pubkey: Uint8Array.from(rawPublicKey(generateKeyPairSync('ed25519').privateKey)),
      };
      await local.identity.keyAdd({ ...spare, name: 'spare' });
      await local.identity.keyRemove({ kid });
      await assert.rejects(later.identity.whoAmI({}), { code: 'AUTH_KEY_UNKNOWN' });
      const { intact, records } = await local.audit.verify({});
      assert.ok(intact && records > 5n);
      await checkSecrets(code);
    },
  );

  /** The code and the capsule's private key stand nowhere in what the capsule keeps, or prints. */
  const checkSecrets = async (code: string) => {
    const perm = join(lab.stateDir, 'perm');
    const pem = await readFile(join(perm, 'tls/tls.pem'), 'utf8');
    const secrets = [code, code.replace('-', ''), pem.split('\n')[1] ?? ''];
    // The disk of a microVM is sparse, and the guest's own.
    const script = 'find . -type f ! -name tls.pem -size -20M -exec grep -aFl "$0" {} +; true';
    const holders = (text: string) => run('sh', ['-c', script, text], { cwd: perm });
    const logs = await lab.logs();
    for (const secret of [...secrets, 'Bearer ey', 'eyJhbGciOiJFZERTQSI']) {
      assert.equal((await holders(secret)).stdout, '', 'a file of the capsule contains a secret');
      assert.ok(!logs.includes(secret), 'a log contains a secret');
    }
    assert.notEqual((await holders('laptop')).stdout, '', 'the search finds what is there');
  };
});

/** The address of the capsule on the bridge of workloads. */
async function network(lab: Lab): Promise<{ readonly gateway: string }> {
  const { stdout } = await lab.exec(['ip', '-4', '-o', 'addr', 'show', 'br0']);
  const gateway = /inet ([\d.]+)/.exec(stdout)?.[1] ?? assert.fail(stdout);
  return { gateway };
}
