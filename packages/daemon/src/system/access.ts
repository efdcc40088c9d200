import { type CapsuleError, isCapsuleError, type KeyRights } from '@capsule/core';
import type { HandlerContext } from '@connectrpc/connect';
import type { Recorder } from '../api/access/audit-edge.ts';
import { createGate } from '../api/access/gate.ts';
import { createRecorder } from '../api/access/recorder.ts';
import { ConnectionCount } from '../api/connection-count.ts';
import { BulkTransfers } from '../bulk/transfers.ts';
import { Attempts } from '../identity/attempts.ts';
import { LiveCalls } from '../identity/live-calls.ts';
import type { Stored } from './stored.ts';

/** State that the listeners share to decide on calls, with or without a usable store. */
export interface Access {
  readonly live: LiveCalls;
  readonly transfers: BulkTransfers;
  readonly attempts: Attempts;
  readonly connections: ConnectionCount;
}

interface HasStored {
  readonly stored: Stored | CapsuleError;
}

export function createAccess(): Access {
  const monotonicMs = () => performance.now();
  return {
    live: new LiveCalls(),
    transfers: new BulkTransfers(monotonicMs),
    attempts: new Attempts(monotonicMs),
    connections: new ConnectionCount(),
  };
}

/** Ends everything that a key has open. */
export function endKey({ live, transfers }: Access, kid: string): void {
  live.end(kid);
  transfers.endOf(kid);
}

/** Without a store nothing can be recorded, and nothing that is stored can be changed. */
export function recorderOf({ stored }: HasStored): Recorder {
  if (isCapsuleError(stored)) return () => undefined;
  const { base, audit } = stored;
  return createRecorder({ audit, now: base.now, monotonicMs: base.monotonicMs });
}

/** Finds the rights that an enrolled key has now. */
export function rightsOf({ stored }: HasStored): (kid: string) => KeyRights | undefined {
  if (isCapsuleError(stored) || isCapsuleError(stored.identity)) return () => undefined;
  const { keys } = stored.identity.service;
  return (kid) => keys.get(kid);
}

/** Refuses every token while keys cannot be read. */
export function gateOf(
  { stored }: HasStored,
  { attempts, connections }: Access,
  record: Recorder,
): (context: HandlerContext) => void {
  const identity = isCapsuleError(stored) ? stored : stored.identity;
  return createGate({
    attempts,
    proven: (peer) => connections.prove(peer),
    accept: (authorization) => {
      if (isCapsuleError(identity)) throw identity;
      return identity.verifier.accept(authorization);
    },
    refused: (caller, method, { code }) => record({ caller, method, object: '' }, code),
  });
}
