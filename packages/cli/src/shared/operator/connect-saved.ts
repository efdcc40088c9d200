import {
  connectRemote,
  keyIdOf,
  type RemoteCapsule,
  type RemoteOptions,
  rawPublicKey,
} from '@capsule/api/remote';
import { type CapsuleClient, parseAddress } from '@capsule/api/wire';
import type { SavedContext } from '../../program/context/capsule-target.ts';
import type { Context } from '../../program/context/context.ts';
import { readKey } from './operator-key.ts';

/** Clients for an adopted capsule, whose calls the operator's key signs. */
export async function connectSaved(
  saved: SavedContext,
  { now }: Pick<Context, 'env' | 'now'>,
  options?: RemoteOptions,
): Promise<CapsuleClient> {
  return connectRemote(await remoteOf(saved, now), options);
}

async function remoteOf(saved: SavedContext, now: () => number): Promise<RemoteCapsule> {
  const { name, addr, fingerprint, capsuleId, keyPath } = saved;
  const key = await readKey(keyPath);
  const kid = keyIdOf(rawPublicKey(key));
  return { name, address: parseAddress(addr), fingerprint, signer: { key, kid, capsuleId, now } };
}
