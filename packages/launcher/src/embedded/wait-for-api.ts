import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connectCapsule } from '@capsule/api/node';
import type { CapsuleClient } from '@capsule/api/wire';
import { isCapsuleError } from '@capsule/core';
import { embeddedError } from './errors.ts';
import { consoleLog } from './launch.ts';
import { launcherLog, type Started } from './start-capsule.ts';

const PAUSE_MS = 10;
const CALL_TIMEOUT_MS = 2000;

/**
 * Resolves when the capsule answers `GetInfo`, with the milliseconds that took. Fails with
 * `EMBEDDED_NOT_READY` after `timeoutMs`, or with `EMBEDDED_NOT_STARTED` when the capsule ends.
 */
export async function waitForApi(started: Started, timeoutMs: number): Promise<number> {
  const { name, socket, stateDir } = started.claim;
  const begunAt = performance.now();
  let over = false;
  void started.launcherEnded.then(() => {
    over = true;
  });
  await using client = connectCapsule(`unix:${socket}`, { defaultTimeoutMs: CALL_TIMEOUT_MS });
  while (performance.now() - begunAt < timeoutMs) {
    if ((await isListening(socket)) && (await hasAnswered(client))) {
      return performance.now() - begunAt;
    }
    if (over) {
      const log = launcherLog(stateDir);
      throw embeddedError.NOT_STARTED({ name, said: 'it ended immediately', log });
    }
    await delay(PAUSE_MS);
  }
  throw embeddedError.NOT_READY({ name, seconds: timeoutMs / 1000, log: consoleLog(stateDir) });
}

/** A call that cannot be made takes twenty times the processor time of this, at each try. */
function isListening(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ path });
  socket.once('connect', () => resolve(true));
  socket.once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}

async function hasAnswered(client: CapsuleClient): Promise<boolean> {
  try {
    await client.capsule.getInfo({});
    return true;
  } catch (error) {
    if (!isCapsuleError(error) || !['unavailable', 'timeout'].includes(error.kind)) throw error;
    return false;
  }
}
