import type { ContainerUsage } from '@capsule/core';
import type { UsageResponse } from '../gen/capsule/guest/v1/guest_pb.ts';
import type { GuestCalls } from './guest-client.ts';

const LIMIT_MS = 2_000;

/** What a payload uses, by its guest's own kernel; undefined where its agent does not answer. */
export async function guestUsage(calls: GuestCalls): Promise<ContainerUsage | undefined> {
  const answer = await calls.usage({}, { timeoutMs: LIMIT_MS }).catch(() => undefined);
  return answer === undefined ? undefined : usageFromProto(answer);
}

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
    value === undefined ? [] : [[name, Number(value)]],
  );
  return Object.fromEntries(known);
}
