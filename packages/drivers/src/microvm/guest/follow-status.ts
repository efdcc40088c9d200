import { setTimeout as delay } from 'node:timers/promises';
import type { StatusResponse } from '../gen/capsule/guest/v1/guest_pb.ts';
import type { GuestCalls } from './guest-client.ts';

/** The first generation of the protocol whose Watch has a beat. */
const BEAT_SINCE = 2;

/**
 * Yields the state of a payload as its agent reports it: now, at each change, and again every `beatMs`, which
 * shows the caller that the agent is alive. An agent of an older generation is polled as often instead. Fails
 * when the connection is lost.
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
