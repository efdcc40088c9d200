import {
  connectRemote,
  dialPinned,
  keyIdOf,
  type RemoteCapsule,
  type RemoteOptions,
  rawPublicKey,
} from '@capsule/api/remote';
import { type Address, type CapsuleClient, formatAddress, parseAddress } from '@capsule/api/wire';
import { isCapsuleError } from '@capsule/core';
import { cliError } from '../../errors.ts';
import type { SavedContext } from '../../program/context/capsule-target.ts';
import type { Context } from '../../program/context/context.ts';
import { findCapsule } from '../discovery/find-capsule.ts';
import { changeContexts } from './change-contexts.ts';
import { readKey } from './operator-key.ts';

type Outside = Pick<Context, 'env' | 'now'> & {
  /** Default: on the networks of this machine. */
  readonly find?: typeof findCapsule;
};

/** Clients for an adopted capsule, whose calls the operator's key signs. */
export async function connectSaved(
  saved: SavedContext,
  outside: Outside,
  options?: RemoteOptions,
): Promise<CapsuleClient> {
  return connectRemote(await remoteOf(saved, outside), options);
}

async function remoteOf(saved: SavedContext, outside: Outside): Promise<RemoteCapsule> {
  const { name, addr, fingerprint, capsuleId, keyPath } = saved;
  const key = await readKey(keyPath);
  const kid = keyIdOf(rawPublicKey(key));
  const { now } = outside;
  return {
    name,
    address: parseAddress(addr),
    fingerprint,
    signer: { key, kid, capsuleId, now },
    findAgain: () => findAgain(saved, outside),
  };
}

/** The address that the capsule announces now, and proves by its pin. It is saved for later commands. */
async function findAgain(saved: SavedContext, outside: Outside): Promise<Address | undefined> {
  const isIt = (address: Address) => hasPin(address, saved.fingerprint);
  const address = await (outside.find ?? findCapsule)(saved.capsuleId, isIt);
  if (address !== undefined) await saveAddress(saved, address, outside);
  return address;
}

async function hasPin(address: Address, pin: string): Promise<boolean> {
  try {
    (await dialPinned(address, pin)).destroy();
    return true;
  } catch (error) {
    // Something else claims the id: the first failure is the one to report.
    if (isCapsuleError(error)) return false;
    throw error;
  }
}

const NOT_SAVED: readonly string[] = [cliError.FILE_UNWRITABLE.code, cliError.CONFIG_LOCKED.code];

async function saveAddress(saved: SavedContext, address: Address, outside: Outside) {
  const moved = { ...saved, addr: formatAddress(address) };
  try {
    await changeContexts(outside, ({ before, save }) => {
      if (before.contexts.some(({ name }) => name === saved.name)) save(moved);
    });
  } catch (error) {
    // The call can go on: the next command finds the capsule in the same way.
    if (!isCapsuleError(error) || !NOT_SAVED.includes(error.code)) throw error;
  }
}
