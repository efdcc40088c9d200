import type { ContainerUsage } from '@capsule/core';
import type { UsageResponse } from '../gen/capsule/guest/v1/guest_pb.ts';
import type { GuestClient } from './guest-client.ts';

const LIMIT_MS = 2_000;

/**
 * Returns the usage of a payload as its guest's kernel counts it; undefined where its agent does not answer.
 */
export async function guestUsage(guest: GuestClient): Promise<ContainerUsage | undefined> {
  try {
    const calls = await guest.calls();
    return usageFromProto(await calls.usage({}, { timeoutMs: LIMIT_MS }));
  } catch {
    // The guest may have ended meanwhile; its watch reports other faults.
    return undefined;
  }
}

/** A guest may answer anything: a count that no machine can have is left out. */
function usageFromProto(answer: UsageResponse): ContainerUsage {
  const counts = {
    cpuMicros: answer.cpuUsageMicros,
    memoryBytes: answer.memoryBytes,
    pids: answer.pids,
    networkReceivedBytes: answer.networkReceivedBytes,
    networkSentBytes: answer.networkSentBytes,
    blockReadBytes: answer.blockReadBytes,
    blockWrittenBytes: answer.blockWrittenBytes,
  };
  const known = Object.entries(counts).flatMap(([name, value]) =>
    value === undefined || value > Number.MAX_SAFE_INTEGER ? [] : [[name, Number(value)]],
  );
  return Object.fromEntries(known);
}
