import { access } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { connectCapsule } from '@capsule/api/node';
import type { CapsuleClient } from '@capsule/api/wire';

const LIMIT_MS = 300_000;
const ANSWER_LIMIT_MS = 10_000;
/** A caller that asks without a pause takes the one processor from the capsule that starts. */
const PAUSE_MS = 100;

/** Resolves with a client of the capsule at this socket, once it answers. Fails as `ended` does. */
export async function untilAnswer(
  socket: string,
  ended: Promise<never> = new Promise(() => undefined),
): Promise<CapsuleClient> {
  const deadline = Date.now() + LIMIT_MS;
  for (;;) {
    const client = connectCapsule(`unix:${socket}`);
    try {
      await access(socket);
      await client.capsule.getInfo({}, { timeoutMs: ANSWER_LIMIT_MS });
      return client;
    } catch (error) {
      client.close();
      if (Date.now() > deadline) throw error;
      await Promise.race([delay(PAUSE_MS), ended]);
    }
  }
}
