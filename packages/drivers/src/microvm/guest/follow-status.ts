import { setTimeout as delay } from 'node:timers/promises';
import type { StatusResponse } from '../gen/capsule/guest/v1/guest_pb.ts';
import type { GuestCalls } from './guest-client.ts';

/** Of the protocol: the first one whose Watch has a beat. */
const BEAT_SINCE = 2;

/**
 * What an agent says of its payload: now, at each change, and again every `beatMs`, so that whoever follows knows that
 * it is there. An agent of an older generation is asked as often instead. Fails when the connection is lost.
 */
export async function* followStatus(
  calls: GuestCalls,
  beatMs: number,
  signal: AbortSignal,
): AsyncGenerator<StatusResponse> {
  const { generation } = await calls.ping({}, { signal });
  if (generation < BEAT_SINCE) return yield* askStatus(calls, beatMs, signal);
  for await (const { status } of calls.watch({ beatMs }, { timeoutMs: 0, signal })) {
    if (status !== undefined) yield status;
  }
}

async function* askStatus(
  calls: GuestCalls,
  beatMs: number,
  signal: AbortSignal,
): AsyncGenerator<StatusResponse> {
  for (;;) {
    yield await calls.status({}, { signal });
    await delay(beatMs, undefined, { signal });
  }
}
