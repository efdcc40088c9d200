import { createGrpcTransport } from '@connectrpc/connect-node';
import type { Address } from '../client/address.ts';
import { type CapsuleClient, createClients } from '../client/create-clients.ts';
import { translateErrors } from '../client/translate-errors.ts';
import { dialPinned, type Protocol } from './dial.ts';
import { openBulkOver } from './open-bulk-over.ts';
import { type Signer, signCalls } from './sign-calls.ts';
import { TlsSessions } from './tls-sessions.ts';

/** A capsule on the network. */
export interface RemoteCapsule {
  /** For error messages: the name of its context, or its address. */
  readonly name: string;
  readonly address: Address;
  /** SHA-256 of its certificate, in lower-case hexadecimal. */
  readonly fingerprint: string;
  /** Undefined before the adoption: calls go out without a token. */
  readonly signer?: Signer | undefined;
  /** Looks for the capsule where it no longer answers at its address, or another machine does. */
  readonly findAgain?: (() => Promise<Address | undefined>) | undefined;
}

export interface RemoteOptions {
  /** Milliseconds for calls without their own timeout. Default: no limit, because streams follow. */
  readonly defaultTimeoutMs?: number;
  /** For calls that send much in both directions at once: see `ConnectOptions.isTwoWay`. */
  readonly isTwoWay?: boolean;
}

/**
 * Makes clients for a capsule on the network. Connects with the first call, and again after a loss; each time the
 * certificate must have the pinned fingerprint before anything is sent.
 */
export function connectRemote(
  capsule: RemoteCapsule,
  { isTwoWay = false, ...options }: RemoteOptions = {},
): CapsuleClient {
  const { name, signer, fingerprint: pin } = capsule;
  const sessionManager = new TlsSessions(() => openTo(capsule, 'h2'), isTwoWay);
  const bare = createGrpcTransport({
    baseUrl: sessionManager.authority,
    sessionManager,
    ...options,
  });
  // The signer reads the capsule's refusals by their code.
  const transport =
    signer === undefined ? bare : signCalls(translateErrors(bare, name), { ...signer, pin });
  return createClients({
    target: name,
    transport,
    openBulk: async (ticket, signal) =>
      openBulkOver(await openTo(capsule, 'http/1.1', signal), { target: name, ticket }, signal),
    close: () => sessionManager.close(),
  });
}

/** At the known address; where that fails, at the one where the capsule is found again. The pin decides. */
async function openTo(
  { address, fingerprint, findAgain }: RemoteCapsule,
  protocol: Protocol,
  signal?: AbortSignal,
) {
  const how = { protocol, signal };
  try {
    return await dialPinned(address, fingerprint, how);
  } catch (error) {
    signal?.throwIfAborted();
    const moved = await findAgain?.();
    if (moved === undefined) throw error;
    return dialPinned(moved, fingerprint, how);
  }
}
