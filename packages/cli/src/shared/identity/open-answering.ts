import { connectRemote, type RemoteCapsule } from '@capsule/api/remote';
import type { CapsuleClient } from '@capsule/api/wire';
import { isCapsuleError } from '@capsule/core';

/** The longest wait for an answer of an adoption. */
export const ANSWER_MS = 30_000;
const TRIES = 3;
const TRY_MS = 10_000;

export interface Answering {
  /** Without a token. */
  readonly client: CapsuleClient;
  readonly capsuleId: string;
}

/**
 * Connects to a capsule that is to be adopted, and reads its identity. A machine that starts may accept a connection, or
 * its emulator for it, and not answer on it any more: each try has a limit, and a connection of its own.
 */
export async function openAnswering(
  capsule: RemoteCapsule,
  signal: AbortSignal,
  limitMs = TRY_MS,
): Promise<Answering> {
  for (let left = TRIES - 1; ; left--) {
    const client = connectRemote(capsule);
    try {
      const { capsuleId } = await client.identity.challenge({}, { signal, timeoutMs: limitMs });
      return { client, capsuleId };
    } catch (error) {
      client.close();
      if (left === 0 || !isSilence(error)) throw error;
    }
  }
}

function isSilence(error: unknown): boolean {
  return isCapsuleError(error) && (error.kind === 'timeout' || error.kind === 'unavailable');
}
