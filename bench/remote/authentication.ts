import { generateKeyPairSync } from 'node:crypto';
import { connectCapsule } from '@capsule/api/node';
import { connectRemote, keyIdOf, rawPublicKey } from '@capsule/api/remote';
import { type CapsuleClient, Role } from '@capsule/api/wire';
import { isCapsuleError } from '@capsule/core';
import { type Benchmark, samplesOf } from '../benchmark.ts';
import { summarise } from '../figure/statistics.ts';
import { startCapsule } from '../setting/start-capsule.ts';

const PORT = 50_000;
const WARM_UP = 20;

/** P16: the time of a call with a token, compared with one without, over TLS connections that are open. */
export const authentication: Benchmark = async (setting) => {
  await using capsule = await startCapsule(setting);
  await using local = connectCapsule(capsule.lab.host);
  const { fingerprint } = await local.identity.adoptionGet({});
  const { capsuleId } = await local.identity.challenge({});
  const { privateKey: key } = generateKeyPairSync('ed25519');
  const pubkey = Uint8Array.from(rawPublicKey(key));
  // Without an admin key, the adoption window stays open: see `spend`.
  await local.identity.keyAdd({ pubkey, name: 'bench', role: Role.OPERATOR });
  const address = { host: capsule.lab.address, port: PORT };
  const signer = { key, kid: keyIdOf(pubkey), capsuleId, now: Date.now };
  await using anyone = connectRemote({ name: 'lab', address, fingerprint });
  await using operator = connectRemote({ name: 'lab', address, fingerprint, signer });
  const took = { without: [] as number[], with: [] as number[] };
  for (let round = -WARM_UP; round < samplesOf(setting, 1000); round += 1) {
    setting.signal.throwIfAborted();
    let nonce: Uint8Array<ArrayBuffer> = new Uint8Array();
    const without = await timed(async () => {
      nonce = Uint8Array.from((await anyone.identity.challenge({})).nonce);
    });
    const withToken = await timed(() => operator.identity.whoAmI({}));
    await spend(anyone, nonce);
    if (round < 0) continue;
    took.without.push(without);
    took.with.push(withToken);
  }
  const more = took.with.map((ms, at) => ms - (took.without[at] ?? Number.NaN));
  const goal = { most: 1 };
  return [
    {
      id: 'P16',
      what: 'call with a token above one without',
      unit: 'ms',
      goal,
      summary: summarise(more),
    },
    { id: 'P16', what: 'call with a token', unit: 'ms', summary: summarise(took.with) },
    { id: 'P16', what: 'call without a token', unit: 'ms', summary: summarise(took.without) },
  ];
};

/** An address may have 16 nonces; a refused adoption makes room for the next one. */
async function spend({ identity }: CapsuleClient, nonce: Uint8Array<ArrayBuffer>): Promise<void> {
  const pubkey = new Uint8Array(32);
  const request = { pubkey, name: 'bench', claimCode: 'x', nonce, signature: new Uint8Array(64) };
  try {
    await identity.adopt(request);
  } catch (error) {
    if (!isCapsuleError(error) || error.code !== 'ADOPTION_PROOF_INVALID') throw error;
  }
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const begunAt = performance.now();
  await act();
  return performance.now() - begunAt;
}
